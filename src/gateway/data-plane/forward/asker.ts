import type { InstanceChoice } from '../choose/chooser.ts';
import type { ClientOutput } from './client-output.ts';
import type { Visit } from './visit.ts';

/** The client's side of a request, as the exchange sees it. */
export interface Asker {
  /** When it is full, `Exchange.clientDrained` follows. */
  readonly output: ClientOutput;
  /** It speaks HTTP/1.0. */
  readonly isOld: boolean;
  /** Its connection ends after this answer. */
  readonly closes: boolean;
  /** The instance takes the body now. */
  bodyWanted(): void;
  /** Something of the answer was sent, or of what comes over an upgraded connection. */
  answerGoesOn(): void;
  answerEnded(closes: boolean): void;
  /** HTTP ends here, bytes go both ways. */
  switched(): void;
  /** The instance has said everything on an upgraded connection. */
  saidAll(): void;
  /** What was sent of the answer must not look whole. */
  cutOff(): void;
}

/** A request as it is forwarded. */
export interface Forwarded {
  client: Asker;
  choice: InstanceChoice;
  visit: Visit;
  /** The head as it is sent. */
  text: string;
  hasBody: boolean;
  upgrades: boolean;
}
