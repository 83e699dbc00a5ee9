/**
 * How long to wait after so many failures in a row, the first is 0: each time twice as long, up to `mostMs`; of that a
 * half to the whole, by chance, so that those who lost the same server do not all come back at once.
 */
export function backOffMs(
  failures: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
  chance: number = Math.random(),
): number {
  const wholeMs = Math.min(mostMs, firstMs * 2 ** Math.min(failures, 30));
  return wholeMs * (0.5 + chance / 2);
}
