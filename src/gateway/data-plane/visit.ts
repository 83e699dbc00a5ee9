import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestTarget } from './request-target.ts';
import type { Upstream } from '../route.ts';
import type { Work } from './open-work.ts';

/** One request on its way through. */
export interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** In the order to try them. */
  upstreams: readonly Upstream[];
  work: Work;
  /** The request as it was sent on, last attempt. */
  sent: ClientRequest | null;
  /** The client waits for leave to send its body. */
  expectsContinue: boolean;
  /** The client wants to leave HTTP, and sent this much too early. */
  upgrade: { socket: Socket; head: Buffer } | null;
}
