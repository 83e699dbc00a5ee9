import { logBeta } from './special-functions.ts';

/** How often each value was seen, in rising order of the values; latency buckets are such a list. */
export type ValueCounts = readonly (readonly [value: number, count: number])[];

interface Sharpness {
  /** Which quantile, 0 to 1. */
  share: number;
  /** The number of observations at which the test is sharpest. */
  sharpestAt: number;
  /** The level it is tuned for. */
  alpha: number;
}

/**
 * The p-value, at any time, of "both arms have the same quantile" (Howard & Ramdas 2022, theorem 5); good for
 * ties. Observations must be independent within an arm, so it breaks when the metric drifts while weights ramp.
 */
export function quantileTest(
  candidate: ValueCounts,
  stable: ValueCounts,
  sharpness: Sharpness,
): number {
  const values = new Set([...candidate, ...stable].map(([value]) => value));
  const [one, other] = [candidate, stable].map((arm) => evidenceAt(arm, sharpness));
  let least = Infinity;
  for (const value of values) least = Math.min(least, one!(value) + other!(value));
  return Math.min(1, Math.exp(-least));
}

/** G(x): the least evidence against "the quantile is x" that this arm can have. */
function evidenceAt(arm: ValueCounts, sharpness: Sharpness): (value: number) => number {
  const total = arm.reduce((sum, [, count]) => sum + count, 0);
  const least = leastEvident(total, sharpness);
  return (value) => {
    let below = 0;
    let upTo = 0;
    for (const [seen, count] of arm) {
      if (seen < value) below += count;
      if (seen <= value) upTo += count;
    }
    return quantileEvidence(Math.min(upTo, Math.max(below, least)), total, sharpness);
  };
}

/**
 * ln M of the beta-binomial mixture when k of n observations are at most x: the evidence against "x is the quantile".
 */
export function quantileEvidence(
  k: number,
  n: number,
  { share, sharpestAt, alpha }: Sharpness,
): number {
  const spread = share * (1 - share);
  const twice = 2 * Math.log(1 / alpha);
  const r = Math.max((spread * sharpestAt) / (twice + Math.log1p(twice)) - spread, 0.001 * spread);
  const a = r / (1 - share);
  const b = r / share;
  return (
    logBeta(a + k, b + n - k) - logBeta(a, b) - k * Math.log(share) - (n - k) * Math.log1p(-share)
  );
}

/** The ranks between which the quantile is at level alpha, at any time; null: no end on this side yet. */
export function quantileRanks(
  n: number,
  sharpness: Sharpness,
): { low: number | null; high: number | null } {
  const least = leastEvident(n, sharpness);
  const limit = Math.log(1 / sharpness.alpha);
  const end = (edge: number): number | null => {
    if (quantileEvidence(edge, n, sharpness) < limit) return null;
    let inside = least;
    let outside = edge;
    for (let round = 0; round < 80; round += 1) {
      const middle = 0.5 * (inside + outside);
      if (quantileEvidence(middle, n, sharpness) < limit) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return { low: end(0), high: end(n) };
}

/** Where the evidence, convex in k, is least; by thirds. */
function leastEvident(n: number, sharpness: Sharpness): number {
  let low = 0;
  let high = n;
  for (let round = 0; round < 200; round += 1) {
    const third = (high - low) / 3;
    const left = quantileEvidence(low + third, n, sharpness);
    const right = quantileEvidence(high - third, n, sharpness);
    if (left < right) high -= third;
    else low += third;
  }
  return 0.5 * (low + high);
}
