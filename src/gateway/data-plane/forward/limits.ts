import { type HeadLimits, usualLimits } from '../http1/limits.ts';

/** What one worker grants clients and instances. Times are kept to within `sweepMs`. */
export interface ForwardLimits {
  /** Of requests and of answers. */
  head: Readonly<HeadLimits>;
  /** From the first byte of a request's head to its last. Longer: 408. */
  headMs: number;
  /** How long a client's connection may wait for its next request. */
  idleMs: number;
  /** The same when the door retires: not so short that the end meets a request on its way. */
  retireMs: number;
  /** How long a client may leave a body that it has begun without one more byte. Longer: 408. */
  bodyStallMs: number;
  /** How long an instance may leave a whole request without the head of an answer. Longer: 504. */
  answerMs: number;
  /** An answer that takes longer than this is watched: a host that has died must not hold it for ever. */
  longMs: number;
  /** How long a client may read nothing of an answer that waits for it. */
  readStallMs: number;
  /** How long an upgraded connection may say nothing either way. */
  tunnelIdleMs: number;
  /**
   * What a client that has closed its sending side still gets: from then on an answer that lets it wait this
   * long is given up. Who left looks just like who only has nothing more to say.
   */
  halfCloseMs: number;
  /** After the last answer: how long, and for how many bytes, we still listen so that the client can read it. */
  lingerMs: number;
  lingerBytes: number;
  /** How long a connection to an instance may take to come about. */
  connectMs: number;
  /** How long one is kept unused: below the 5 s after which common servers close theirs. */
  instanceIdleMs: number;
  idlePerInstance: number;
  /** How many instances may be tried for one request when none can be connected to. */
  attempts: number;
  /** 1xx heads in front of one answer. */
  interimAnswers: number;
  /** Of one request, as sent; more: 413. */
  bodyBytes: number;
  /** What a client may send ahead of its turn before we stop reading. */
  aheadBytes: number;
  /** How often deadlines are looked at. */
  sweepMs: number;
}

export const usualForwardLimits: Readonly<ForwardLimits> = {
  head: usualLimits,
  headMs: 10_000,
  idleMs: 75_000,
  retireMs: 1_000,
  bodyStallMs: 30_000,
  answerMs: 60_000,
  longMs: 60_000,
  readStallMs: 60_000,
  tunnelIdleMs: 3_600_000,
  halfCloseMs: 1_000,
  lingerMs: 2_000,
  lingerBytes: 1_048_576,
  connectMs: 5_000,
  instanceIdleMs: 4_000,
  idlePerInstance: 1_024,
  attempts: 4,
  interimAnswers: 32,
  bodyBytes: Infinity,
  aheadBytes: 65_536,
  sweepMs: 500,
};
