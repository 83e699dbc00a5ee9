import type { LatencyBuckets } from '../gateway/traffic.ts';

/** Buckets as bytes: for each how far it is from the one before and its count, as variable-length numbers (LEB128). */
export function bucketBytes(buckets: LatencyBuckets): Buffer {
  const bytes: number[] = [];
  let before = 0;
  for (const [bucket, count] of buckets) {
    append(bytes, bucket - before);
    append(bytes, count);
    before = bucket;
  }
  return Buffer.from(bytes);
}

/** The way back. */
export function bucketsOf(bytes: Uint8Array): LatencyBuckets {
  const buckets: LatencyBuckets = [];
  eachBucket(bytes, (bucket, count) => buckets.push([bucket, count]));
  return buckets;
}

/** Between the bytes of several, where they are read as one. */
export const bucketsEnd = '\\x0000';

/** In rising order, time and again where several are joined. Makes no objects: charts are made of millions. */
export function eachBucket(
  bytes: Uint8Array,
  visit: (bucket: number, count: number) => void,
): void {
  let bucket = 0;
  let value = 0;
  let weight = 1;
  let isCount = false;
  for (const byte of bytes) {
    value += (byte % 128) * weight;
    weight *= 128;
    if (byte >= 128) continue;
    if (!isCount) bucket += value;
    else if (value === 0) bucket = 0;
    else visit(bucket, value);
    isCount = !isCount;
    value = 0;
    weight = 1;
  }
}

/** Seven bits at a time, the lowest first; without shifts, for numbers beyond 31 bits. */
function append(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
