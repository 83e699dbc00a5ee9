import type { ServedInstance, ServedRoute } from '../choose/chooser.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { Peer } from './byte-stream.ts';

/** One request as it is counted and logged. */
export interface Visit {
  readonly peer: Peer;
  readonly client: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly userAgent: string;
  requestId: string;
  /** On the clock of `performance.now()`. */
  readonly startedMs: number;
  firstByteMs: number;
  /** Of the answer; 0: none yet. */
  status: number;
  bytesIn: number;
  bytesOut: number;
  firstByteUs: number;
  totalUs: number;
  route: ServedRoute | null;
  instance: ServedInstance | null;
  user: string;
  /** Counts in no statistics. */
  isSigned: boolean;
  /** A person waits for it, as far as anybody can tell. */
  keepsAwake: boolean;
}

type Named = Pick<RequestHead, 'forwardedFor' | 'method' | 'host' | 'path' | 'userAgent'>;

export function visit(head: Named, peer: Peer, arrival: Arrival): Visit {
  return {
    peer,
    client: peer.isTrusted ? clientOf(head.forwardedFor, peer.address) : peer.address,
    method: head.method,
    host: head.host,
    path: head.path,
    userAgent: head.userAgent,
    requestId: '',
    startedMs: arrival.arrivedMs,
    firstByteMs: 0,
    status: 0,
    bytesIn: arrival.headBytes,
    bytesOut: 0,
    firstByteUs: 0,
    totalUs: 0,
    route: null,
    instance: null,
    user: '',
    isSigned: false,
    keepsAwake: true,
  };
}

export interface Arrival {
  arrivedMs: number;
  headBytes: number;
}

/** What the trusted proxy says of who it serves: the last address is the only one it saw itself. */
function clientOf(forwardedFor: string, otherwise: string): string {
  return forwardedFor.slice(forwardedFor.lastIndexOf(',') + 1).trim() || otherwise;
}
