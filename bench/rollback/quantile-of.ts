/** Of so few figures the nearest rank: the smallest that at least this share does not exceed. */
export function quantileOf(all: readonly number[], share: number): number {
  const sorted = all.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
