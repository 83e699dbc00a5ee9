import type { Place } from '../../route.ts';
import type { TrafficCount } from '../../traffic.ts';

/** What is counted of one instance for one route and version; instance '' is the gateway itself. */
export interface CountedThing extends Place {
  environment: string;
  service: string;
  version: string;
  instance: string;
}

/** One line of the counts. Each call is one request's event; all are cheap enough for every request. */
export interface TrafficCounter {
  /** `user`: '' for one without a cookie, absent where nobody had to choose. */
  began(user?: string): void;
  /** A final answer went out whole. `user`: '' for one without a cookie. Times from the request's head. */
  answered(end: Ending & { firstByteUs: number; totalUs: number }): void;
  /** The client left before the answer was whole. It is in no class of answers and is not bad. */
  aborted(end: Ending): void;
  /** The instance failed; `status`: what was answered instead, 0 when an answer had begun. */
  failed(end: Ending): void;
  /** Without an instance; `status`: what was answered, 0 for nothing. 5xx counts as bad. */
  refused(status: number): void;
  retried(): void;
}

export interface Ending {
  status: number;
  user: string;
  bytesIn: number;
  bytesOut: number;
}

/** The counts of one worker. */
export interface TrafficCounters {
  /** The same thing gives the same counter for as long as anybody holds it: keep it as long as you count. */
  of(thing: CountedThing): TrafficCounter;
  /** What has been counted since the last call; only lines with any. */
  take(): TrafficCount[];
}
