import { bisect } from './special-functions.ts';
import type { ValueCounts } from './quantile-test.ts';

/**
 * The p-value, at any time, of "the candidate is nowhere slower than the stable release" from all quantiles at
 * once (Lindon, Sanden & Shirikian 2022): the level at which both bands, each at half of it, just touch.
 */
export function allQuantiles(candidate: ValueCounts, stable: ValueCounts): number {
  const sizes = [candidate, stable].map((arm) => arm.reduce((sum, [, count]) => sum + count, 0));
  if (sizes.includes(0)) return 1;
  const gap = largestGap(candidate, stable, sizes);
  const room = (logAlpha: number): number =>
    sizes.reduce((sum, n) => sum + bandRadius(n, bandConstant(Math.exp(logAlpha) / 2)), -gap);
  if (room(0) > 0) return 1;
  // The bands shrink as the level rises.
  return Math.exp(bisect((logAlpha) => -room(logAlpha), -60, 0));
}

/** How far the stable arm's share of requests done by x is ahead of the candidate's, at its most. */
function largestGap(
  candidate: ValueCounts,
  stable: ValueCounts,
  [candidates = 0, stables = 0]: readonly number[],
): number {
  const changes = [
    ...candidate.map(([value, count]) => ({ value, change: -count / candidates })),
    ...stable.map(([value, count]) => ({ value, change: count / stables })),
  ].sort((one, other) => one.value - other.value);
  let ahead = 0;
  let largest = 0;
  changes.forEach(({ value, change }, index) => {
    ahead += change;
    if (changes[index + 1]?.value !== value) largest = Math.max(largest, ahead);
  });
  return largest;
}

/** Half the height of the band round the observed distribution function (Howard & Ramdas 2022, theorem 2). */
export function bandRadius(n: number, constant: number, from = 1): number {
  return 0.85 * Math.sqrt((Math.log1p(Math.log(n / from)) + constant) / n);
}

/** The constant C of a band at level alpha. */
export function bandConstant(alpha: number): number {
  return bisect((constant) => Math.log(alpha) - logLevel(constant), 3, 200);
}

/** ln of the smallest level that C is good for, over all ways to cut time into epochs by eta. */
function logLevel(constant: number): number {
  const edge = (eta: number): number => Math.sqrt(eta / 2) + Math.sqrt((2 * (eta - 1)) / constant);
  const largest = bisect((eta) => edge(eta) - 0.85, 1, 2);
  const at = (eta: number): number => {
    const gamma = (2 / eta) * (0.85 - Math.sqrt((2 * (eta - 1)) / constant)) ** 2;
    if (gamma <= 1) return Infinity;
    return Math.log(4) - gamma * constant + Math.log1p(1 / ((gamma - 1) * Math.log(eta)));
  };
  let low = 1;
  let high = largest;
  for (let round = 0; round < 100; round += 1) {
    const third = (high - low) / 3;
    if (at(low + third) < at(high - third)) high -= third;
    else low += third;
  }
  return at(0.5 * (low + high));
}

/**
 * How far the count of observations below the p-quantile can be above its expectation at time t, for all p at
 * once and tighter in the tails (Howard & Ramdas 2022, theorem 3, with s = 1.4, eta = 2, delta = 0.5).
 */
export function stitchedBound(
  p: number,
  t: number,
  { alpha, from }: { alpha: number; from: number },
): number {
  const eta = 2;
  const s = 1.4;
  const delta = 0.5;
  const epoch = Math.max(t, from);
  const r =
    p >= 0.5 ? p : Math.min(0.5, expit(logit(p) + 2 * delta * Math.sqrt((from * eta) / epoch)));
  const variance = r * (1 - r);
  const step = (Math.sqrt(epoch / from) * Math.abs(logit(p))) / (2 * delta) + 1;
  const level =
    s * Math.log(Math.log((eta * epoch) / from)) +
    s * Math.log(step) +
    Math.log((2 * zeta(s) * (2 * zeta(s) + 1)) / (alpha * Math.log(eta) ** s));
  const first = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2;
  const second = ((Math.sqrt(eta) + 1) / 2) * level * ((1 - 2 * p) / 3);
  return (
    delta * Math.sqrt((eta * epoch * variance) / from) +
    Math.sqrt(first * first * variance * epoch * level + second * second) +
    second
  );
}

const logit = (p: number): number => Math.log(p / (1 - p));
const expit = (x: number): number => 1 / (1 + Math.exp(-x));

/** ζ(s) for s > 1: thirty terms and Euler and Maclaurin's rest. */
function zeta(s: number): number {
  const n = 30;
  let sum = 0;
  for (let k = 1; k < n; k += 1) sum += k ** -s;
  return sum + n ** (1 - s) / (s - 1) + 0.5 * n ** -s + (s * n ** (-s - 1)) / 12;
}
