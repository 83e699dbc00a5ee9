import type { Asked, Choice, InstanceChoice, Waiting } from '../choose/chooser.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Page } from '../../route.ts';
import { noteArrival } from './account.ts';
import { answerItself, turnAway, type Waits } from './answer-itself.ts';
import type { Peer } from './byte-stream.ts';
import type { Asker, Forwarded } from './asker.ts';
import { Exchange } from './exchange.ts';
import type { ForwardContext } from './forward-context.ts';
import { isSecure } from './forwarding-lines.ts';
import { acceptOf } from './own-answer.ts';
import { pauseFull, refusedRequest } from './refusal-pages.ts';
import { requestText } from './request-text.ts';
import { type Visit, visit } from './visit.ts';

/** What becomes of a request. */
export type Reception =
  | { kind: 'forwarded'; exchange: Exchange }
  | { kind: 'answered'; bytes: Buffer }
  | ({ kind: 'waits'; place: Waiting } & Waits);

/** The connection that a request came on; one object for all of them. */
export interface Guest {
  readonly client: Asker;
  readonly peer: Peer;
  /** See forwarding-lines.ts. */
  readonly forwarding: (head: RequestHead) => string;
  /** When the head was there. */
  arrivedMs: number;
  headBytes: number;
  /** All that has come of the request, for a pause. */
  bytes: number;
  /** It did not wait before. */
  isNew: boolean;
  resume(how: 'released' | 'expired'): void;
}

/** Finds out where the request goes whose head was just read, and sends it there. */
export function receiveRequest(
  context: ForwardContext,
  head: RequestHead,
  guest: Guest,
): Reception {
  const here = visit(head, guest.peer, guest);
  const choice = context.chooser.choose(askedOf(head, guest.peer));
  const { route } = choice;
  if (route !== null) noteArrival(context, here, route, guest.isNew);
  if (choice.kind === 'instance') {
    return head.contentLength > context.limits.bodyBytes
      ? turnedAway(context, head, guest, { visit: here, page: refusedRequest(413) })
      : forward(context, head, guest, { visit: here, choice });
  }
  if (choice.kind === 'wait') return hold(context, head, guest, { visit: here, choice });
  const closes = closesWith(head, guest.client);
  return { kind: 'answered', bytes: answerItself(context, here, { choice, head, closes }) };
}

/** What the client does not send to its end leaves the connection unusable. */
export const closesWith = (head: RequestHead, client: Asker): boolean =>
  client.closes || head.hasBody;

const asked: Asked = { host: '', path: '', method: '', cookie: '', signedVisit: '', secure: false };

function askedOf(head: RequestHead, peer: Peer): Asked {
  asked.host = head.host;
  asked.path = head.path;
  asked.method = head.method;
  asked.cookie = head.cookie;
  asked.signedVisit = head.signedVisit;
  asked.secure = isSecure(head, peer);
  return asked;
}

function forward(
  context: ForwardContext,
  head: RequestHead,
  { client, peer, forwarding }: Guest,
  { visit, choice }: { visit: Visit; choice: InstanceChoice },
): Reception {
  const request: Forwarded = {
    client,
    choice,
    visit,
    text: requestText(head, visit, { forwarding: forwarding(head), isTrusted: peer.isTrusted }),
    hasBody: head.hasBody,
    upgrades: head.upgrade !== '',
  };
  return { kind: 'forwarded', exchange: new Exchange(context, request) };
}

function hold(
  context: ForwardContext,
  head: RequestHead,
  guest: Guest,
  { visit, choice }: { visit: Visit; choice: Extract<Choice, { kind: 'wait' }> },
): Reception {
  const place = choice.pause.enter(guest.bytes, (how) => guest.resume(how));
  if (place !== false) return { kind: 'waits', visit, place, accept: acceptOf(head.kept) };
  return turnedAway(context, head, guest, { visit, page: pauseFull(head.host) });
}

function turnedAway(
  context: ForwardContext,
  head: RequestHead,
  { client }: Guest,
  { visit, page }: { visit: Visit; page: Page },
): Reception {
  const closes = closesWith(head, client);
  return { kind: 'answered', bytes: turnAway(context, visit, { head, closes, page }) };
}
