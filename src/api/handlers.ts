import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Terminal } from '../runtimes/runtime.ts';
import type {
  CallName,
  EndpointName,
  Input,
  Output,
  StreamName,
  TerminalName,
} from './contract/all.ts';
import type { Role } from './contract/endpoint.ts';
import type { SessionDesk } from './session-desk.ts';

/** Whoever asks. Of a public endpoint it may be `nobody`. */
export interface Actor {
  /** The token's. */
  id: string;
  /** The person's whose token it is; of a token without a person: the token's own. */
  name: string;
  /** What token and person both may do. */
  role: Role;
  /** What a person's token is called. */
  token?: string;
}

export const nobody: Actor = { id: 'nobody', name: 'nobody', role: 'public' };

export interface Context {
  actor: Actor;
  /** Aborts when the client has left or the server stops. */
  signal: AbortSignal;
  headers: IncomingHttpHeaders;
  /** The body of an endpoint that takes a file; breaks off with `api/too-large` beyond its limit. Others: empty. */
  upload: Readable;
  /** Last-Event-ID: the last item of this stream the client has seen. */
  after: number | null;
  /** Where a browser signs in and out. Absent: a WebSocket, or a server that keeps no sessions. */
  desk?: SessionDesk | undefined;
}

type Call<Name extends CallName> = (
  input: Input<Name>,
  context: Context,
) => Promise<Output<Name>> | Output<Name>;

/** Refuses in the promise, so that a refusal still is an HTTP status; then yields until the signal aborts. */
type Stream<Name extends StreamName> = (
  input: Input<Name>,
  context: Context,
) => Promise<AsyncIterable<Output<Name>>>;

type OpenTerminal<Name extends TerminalName> = (
  input: Input<Name>,
  context: Context,
) => Promise<Terminal>;

/** One for each endpoint of the contract; a missing one does not compile. */
export type Handlers = {
  [Name in EndpointName]: Name extends CallName
    ? Call<Name>
    : Name extends StreamName
      ? Stream<Name>
      : Name extends TerminalName
        ? OpenTerminal<Name>
        : never;
};
