import type { LatencyHistogram } from './latency-histogram.ts';

/** Requests of one stretch of time and how they went. */
export interface LoadCounts {
  requests: number;
  /** Of them: no answer, or one that counts as a failure. */
  bad: number;
  /** How long it took; null: nothing says so. */
  seconds: number | null;
  /** Empty where the load tool kept none. Those of requests without an answer may be missing in it. */
  buckets: LatencyHistogram;
}

/** What a load job measured. */
export interface LoadResult extends LoadCounts {
  /** The same by stretches of time, usually seconds, oldest first; empty where nothing says so. */
  ticks: LoadCounts[];
  /** In words for people, what a verdict will have to do without. */
  missing: string[];
}

export type LoadReading = { load: LoadResult } | { problem: string };
