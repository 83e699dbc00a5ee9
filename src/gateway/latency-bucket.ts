/** Buckets 1 % wide: the width of each is 1 % of its lower bound, so any quantile is known to 1 %. */
const growth = Math.log(1.01);

/**
 * The bucket of a latency in microseconds: floor(ln(us) / ln 1.01), and 0 below 1 µs. Buckets of gateways,
 * workers and ticks are merged by adding their counts (as DDSketch does: Masson et al. 2019).
 */
export function latencyBucket(microseconds: number): number {
  return microseconds <= 1 ? 0 : Math.min(Math.floor(Math.log(microseconds) / growth), lastBucket);
}

/** About an hour. */
export const lastBucket = 2212;

/** The lower bound of a bucket in microseconds; the upper one is that of the next. */
export function bucketStart(bucket: number): number {
  return Math.exp(bucket * growth);
}
