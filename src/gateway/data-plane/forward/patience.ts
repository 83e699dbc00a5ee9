import type { ForwardLimits } from './limits.ts';

/**
 * Where a client's connection is. 'head': between requests, or in the head of one. 'waiting': held by a pause.
 * 'answer': the request is whole, its answer is not. 'lingering': the last answer is out, the client may
 * still read it.
 */
export type Phase = 'head' | 'waiting' | 'body' | 'answer' | 'tunnel' | 'lingering' | 'closed';

export interface ClientState {
  readonly phase: Phase;
  /** Bytes of the next head have come. */
  readonly hasHeadBegun: boolean;
  /** The answer has begun. */
  readonly isAnswered: boolean;
  /** Nobody takes what the client sends. */
  readonly isHeldBack: boolean;
  /** It is to end soon, but not so soon that this meets a request on its way. */
  readonly isRetiring: boolean;
  /** It has not taken what was sent. */
  readonly isFull: boolean;
  /** It has ended its side. */
  readonly hasEnded: boolean;
  /** So it may have left. */
  readonly mayBeGone: boolean;
  /** Its peers are asked now and then whether they are still there. */
  readonly isWatched: boolean;
  /** One side of an upgraded connection has ended. */
  readonly isHalfOpen: boolean;
}

/** How long a client's connection may stay just as it is, in ms. */
export function patienceMs(client: ClientState, limits: Readonly<ForwardLimits>): number {
  if (client.isFull) return limits.readStallMs;
  switch (client.phase) {
    case 'head':
      if (client.hasHeadBegun) return limits.headMs;
      return client.isRetiring ? limits.retireMs : limits.idleMs;
    case 'waiting':
      return client.mayBeGone ? limits.halfCloseMs : Infinity;
    case 'body':
      return limits.bodyStallMs;
    case 'answer':
      if (client.mayBeGone) return limits.halfCloseMs;
      if (!client.isAnswered) return limits.answerMs;
      return client.isWatched ? Infinity : limits.longMs;
    case 'tunnel':
      return client.isHalfOpen ? limits.readStallMs : limits.tunnelIdleMs;
    default:
      return limits.lingerMs;
  }
}

/** What follows when it has stayed so for too long. */
export function consequence(
  client: ClientState,
): 'watch' | 'farewell' | 'request timeout' | 'gateway timeout' | 'cut' {
  if (client.isFull || client.mayBeGone) return 'cut';
  switch (client.phase) {
    case 'head':
      return client.hasHeadBegun ? 'request timeout' : 'farewell';
    case 'body':
      if (!client.isHeldBack) return 'request timeout';
      return client.isAnswered ? 'cut' : 'gateway timeout';
    case 'answer':
      return client.isAnswered ? 'watch' : 'gateway timeout';
    default:
      return 'cut';
  }
}
