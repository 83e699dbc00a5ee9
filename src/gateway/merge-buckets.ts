import { bucketStart } from './latency-bucket.ts';
import type { LatencyBuckets } from './traffic.ts';

/** The sum of both, in rising order as they are. */
export function mergeBuckets(one: LatencyBuckets, other: LatencyBuckets): LatencyBuckets {
  const merged: LatencyBuckets = [];
  let left = 0;
  let right = 0;
  while (left < one.length && right < other.length) {
    const a = one[left]!;
    const b = other[right]!;
    if (a[0] <= b[0]) left += 1;
    if (b[0] <= a[0]) right += 1;
    merged.push(a[0] < b[0] ? a : b[0] < a[0] ? b : [a[0], a[1] + b[1]]);
  }
  return [...merged, ...one.slice(left), ...other.slice(right)];
}

/**
 * The latency in microseconds that this share (0 to 1) of the requests did not exceed, to 0.5 %: the middle of
 * its bucket. By nearest rank: the ceil(share × n)-th of n. null: there were no requests.
 */
export function quantile(buckets: LatencyBuckets, share: number): number | null {
  const requests = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(share * requests));
  let passed = 0;
  for (const [bucket, count] of buckets) {
    passed += count;
    if (passed >= rank) return bucketMiddle(bucket);
  }
  return null;
}

/** The geometric one, in microseconds: half a per cent from both ends. */
export const bucketMiddle = (bucket: number): number =>
  Math.sqrt(bucketStart(bucket) * bucketStart(bucket + 1));
