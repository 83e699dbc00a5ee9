import { brentRoot } from './brent-root.ts';
import { normalQuantile } from './special-functions.ts';

/** Where the experiment's values lie against the control's: the shift that fits best and its confidence interval. */
export interface Shift {
  lower: number;
  upper: number;
  /** Hodges and Lehmann's. */
  estimate: number;
}

/**
 * The 98 % interval of the shift between two samples, as Kayenta's judge finds it: by inverting the rank test with
 * its normal approximation and correction for continuity. Both in any order, neither empty. null: at some
 * shift all values are equal and the test says nothing.
 */
export function mannWhitney(
  experiment: readonly number[],
  control: readonly number[],
): Shift | null {
  const x = sorted(experiment);
  const y = sorted(control);
  const from = x[0]! - y.at(-1)!;
  const to = x.at(-1)! - y[0]!;
  const statistic = (shift: number): number => standardised(x, y, shift);
  const atFrom = statistic(from);
  const atTo = statistic(to);
  if (Number.isNaN(atFrom) || Number.isNaN(atTo)) return null;
  const root = (quantile: number): number => {
    if (atFrom - quantile <= 0) return from;
    if (atTo - quantile >= 0) return to;
    return brentRoot((shift) => statistic(shift) - quantile, { from, to, tolerance: 1e-4 });
  };
  const shift = { lower: root(-lowTail), upper: root(lowTail), estimate: root(0) };
  return Object.values(shift).some(Number.isNaN) ? null : shift;
}

const lowTail = normalQuantile(0.01);

/** The rank statistic of x − shift against y, in standard deviations; both sorted. NaN: all values are equal. */
function standardised(x: readonly number[], y: readonly number[], shift: number): number {
  const n = x.length;
  const m = y.length;
  const { rankSum, ties } = rank(x, y, shift);
  const excess = rankSum - (n * (n + 1)) / 2 - (n * m) / 2;
  const size = n + m;
  const variance = ((n * m) / 12) * (size + 1 - ties / (size * (size - 1)));
  return variance > 0 ? (excess - 0.5 * Math.sign(excess)) / Math.sqrt(variance) : Number.NaN;
}

/** Ranks in the merged samples, ties averaged: their sum over x, and the sum of t³ − t over groups of t ties. */
export function rank(
  x: readonly number[],
  y: readonly number[],
  shift: number,
): { rankSum: number; ties: number } {
  let rankSum = 0;
  let ties = 0;
  let i = 0;
  let j = 0;
  while (i < x.length || j < y.length) {
    const value = Math.min(
      i < x.length ? x[i]! - shift : Infinity,
      j < y.length ? y[j]! : Infinity,
    );
    const before = i + j;
    const firstOfX = i;
    while (i < x.length && x[i]! - shift <= value) i += 1;
    while (j < y.length && y[j]! <= value) j += 1;
    const group = i + j - before;
    rankSum += (i - firstOfX) * (before + (group + 1) / 2);
    ties += group * group * group - group;
  }
  return { rankSum, ties };
}

export const sorted = (values: readonly number[]): number[] =>
  [...values].sort((one, other) => one - other);
