import { countIn, isRecord, type JsonRecord, positiveIn } from './json-record.ts';
import { type LatencyHistogram, longestUs, mergeHistograms } from './latency-histogram.ts';
import type { LoadCounts } from './load-result.ts';

const mostBuckets = 10_000;
const microseconds: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000 };

/** Signalbox's own form, or in words what is wrong with it. A list of ticks may name the unit once, around them. */
export function readLoadCounts(value: JsonRecord, around: JsonRecord = {}): LoadCounts | string {
  const [requests, bad] = [countIn(value['requests']), countIn(value['bad'])];
  if (requests === null) return '"requests" is not a whole number from 0 on';
  if (bad === null) return '"bad" is not a whole number from 0 on';
  if (bad > requests) return `"bad" (${bad}) is more than "requests" (${requests})`;
  const seconds = value['seconds'] === undefined ? null : positiveIn(value['seconds']);
  if (value['seconds'] !== undefined && seconds === null) return '"seconds" is not above zero';
  const buckets = readBuckets(value['latencies'], around['unit']);
  if (typeof buckets === 'string') return buckets;
  const measured = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (measured > requests)
    return `its buckets hold ${measured} requests, more than "requests" (${requests})`;
  return { requests, bad, seconds, buckets };
}

function readBuckets(latencies: unknown, unitAround: unknown): LatencyHistogram | string {
  if (latencies === undefined || latencies === null) return [];
  if (!isRecord(latencies)) return '"latencies" is not an object';
  const factor = microseconds[String(latencies['unit'] ?? unitAround)];
  if (factor === undefined) return '"latencies.unit" is none of us, ms and s';
  const { buckets } = latencies;
  if (!Array.isArray(buckets) || buckets.length > mostBuckets)
    return `"latencies.buckets" is not a list of at most ${mostBuckets} pairs`;
  const histogram: LatencyHistogram = [];
  let before = 0;
  for (const [index, pair] of buckets.entries()) {
    const [upper, count] = pairIn(pair);
    const isRising = upper !== null && (upper > before || (upper === 0 && index === 0));
    if (count === null || !isRising)
      return `"latencies.buckets[${index}]" is not a pair of an upper bound above the last one and a count`;
    before = upper;
    histogram.push([Math.min(Math.ceil(upper * factor), longestUs), count]);
  }
  // Bounds below a microsecond, or beyond the longest time, have become the same.
  return mergeHistograms(histogram);
}

/** The last upper bound may be null: whatever took longer. */
function pairIn(pair: unknown): [upper: number | null, count: number | null] {
  if (!Array.isArray(pair) || pair.length !== 2) return [null, null];
  const [bound, count]: unknown[] = pair;
  const upper = bound === null ? Number.MAX_VALUE : bound === 0 ? 0 : positiveIn(bound);
  return [upper, countIn(count)];
}
