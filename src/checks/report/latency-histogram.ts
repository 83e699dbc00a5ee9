/**
 * How many requests took at most so many microseconds and more than the bound before: [upperUs, count] in rising order.
 * The gateway's own buckets come into this form by their upper bounds (bucketStart of the next bucket).
 */
export type LatencyHistogram = [upperUs: number, count: number][];

/** Where time ends: what took longer is counted here, as the gateway does. */
export const longestUs = 3_600_000_000;

/** The sum of both, whatever bounds each of them has. Neither is changed. */
export function mergeHistograms(...all: readonly LatencyHistogram[]): LatencyHistogram {
  const counts = new Map<number, number>();
  for (const [upperUs, count] of all.flat())
    counts.set(upperUs, (counts.get(upperUs) ?? 0) + count);
  return [...counts].sort(([one], [other]) => one - other);
}

/** Requests in buckets that end above a cut point: with bounds of its own a histogram knows it to one bucket only. */
export function slowerThan(histogram: LatencyHistogram, cutUs: number): number {
  return histogram.reduce((sum, [upperUs, count]) => (upperUs > cutUs ? sum + count : sum), 0);
}
