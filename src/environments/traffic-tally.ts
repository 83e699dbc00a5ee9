import { bucketMiddle } from '../gateway/merge-buckets.ts';
import { lastBucket } from '../gateway/latency-bucket.ts';
import { eachBucket } from './bucket-bytes.ts';
import type { TrafficStep } from './traffic-tables.ts';

/** What some instances did in some time. */
export interface TrafficSum {
  requests: number;
  perSecond: number;
  answers: { success: number; redirect: number; clientError: number; serverError: number };
  refused: number;
  aborted: number;
  failed: number;
  retried: number;
  bad: number;
  /** Of the requests, 0 to 1. */
  badShare: number;
  /** Users with a bad event, added up second by second. */
  badUsers: number;
  bytesIn: number;
  bytesOut: number;
  firstByte: Quantiles | null;
  total: Quantiles | null;
}

/** Right to 1 %. */
export interface Quantiles {
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
}

export interface TrafficTally {
  add(step: TrafficStep): void;
  /** Of everything added, as of so many seconds. */
  sum(seconds: number): TrafficSum;
}

type NumberName = Exclude<keyof TrafficStep, 'at' | 'line' | 'firstBytes' | 'totals'>;

/** Adds up steps of any lines. */
export function trafficTally(): TrafficTally {
  const sums: Record<NumberName, number> = {
    requests: 0,
    success: 0,
    redirect: 0,
    clientError: 0,
    serverError: 0,
    refused: 0,
    aborted: 0,
    failed: 0,
    retried: 0,
    bad: 0,
    badUsers: 0,
    newcomers: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
  const names = Object.keys(sums) as NumberName[];
  const firstByte = new Float64Array(lastBucket + 1);
  const total = new Float64Array(lastBucket + 1);

  return {
    add(step) {
      for (const name of names) sums[name] += step[name];
      addBuckets(firstByte, step.firstBytes);
      addBuckets(total, step.totals);
    },

    sum(seconds) {
      const { success, redirect, clientError, serverError, ...others } = sums;
      const { requests, bad } = others;
      return {
        ...others,
        answers: { success, redirect, clientError, serverError },
        perSecond: requests / seconds,
        // A request may end in another second than it began.
        badShare: bad / Math.max(requests, bad, 1),
        firstByte: quantiles(firstByte),
        total: quantiles(total),
      };
    },
  };
}

function addBuckets(to: Float64Array, bytes: Uint8Array): void {
  eachBucket(bytes, (bucket, count) => {
    to[bucket] = (to[bucket] ?? 0) + count;
  });
}

function quantiles(buckets: Float64Array): Quantiles | null {
  const requests = buckets.reduce((sum, count) => sum + count, 0);
  if (requests === 0) return null;
  const ms = (share: number): number => {
    let left = Math.max(1, Math.ceil(share * requests));
    const bucket = buckets.findIndex((count) => (left -= count) <= 0);
    return Number((bucketMiddle(bucket) / 1000).toPrecision(4));
  };
  return { p50Ms: ms(0.5), p90Ms: ms(0.9), p95Ms: ms(0.95), p99Ms: ms(0.99) };
}
