import type { Place } from './route.ts';

/** One second of traffic; only what had any. */
export interface Tick {
  /** Grows by one from tick to tick of one gateway; where to read on. */
  number: number;
  /** Seconds since 1970. */
  second: number;
  /** 1, or more where old ticks had to be merged to keep within bounds. */
  seconds: number;
  counts: TrafficCount[];
}

/** What one instance of one version did for one route; instance '' is the gateway itself: pages, refusals. */
export interface TrafficCount extends Place {
  environment: string;
  service: string;
  version: string;
  instance: string;
  /** Whose head was understood. */
  requests: number;
  /** Final answers by class, 2xx to 5xx, the gateway's own 502 and 504 for this instance among them. */
  answers: [success: number, redirect: number, clientError: number, serverError: number];
  /** Never reached an instance: none was there, a pause was full, the request was not understood. */
  refused: number;
  /** The client left before the answer was whole. */
  aborted: number;
  /** The instance broke off, answered garbage or was too slow. */
  failed: number;
  /** Sent once more on another connection or to another instance. */
  retried: number;
  /** Answers of 5xx and failures. */
  bad: number;
  /** Users that had at least one of them in this tick; a request without a cookie is a user of its own. */
  badUsers: number;
  /** Requests of users who had no cookie yet, so that the weights alone chose their version. */
  newcomers: number;
  bytesIn: number;
  bytesOut: number;
  /** From the request's head to the first byte of the answer, and to its last. Signed visits count in none. */
  firstByte: LatencyBuckets;
  total: LatencyBuckets;
}

/** [bucket, count] pairs in rising order; see latency-bucket.ts. */
export type LatencyBuckets = [bucket: number, count: number][];

/** Ticks that were not read yet, oldest first. */
export interface Ticks {
  /** Changes when a gateway lost its state: its numbers begin anew. */
  gateway: string;
  ticks: Tick[];
  /** How many ticks between `after` and the first one here are gone. */
  lost: number;
}
