const bytesUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `12.3 MB`; 1000 each, as disks and networks count. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < bytesUnits.length - 1; unit += 1) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${bytesUnits[unit]}`;
}

/** `0 %`, `0.02 %`, `3.4 %`, `56 %` of a share from 0 to 1. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 10) return `${Math.round(value)} %`;
  return value < 0.01 ? '< 0.01 %' : `${Number(value.toPrecision(2))} %`;
}

/** `4.2 ms`, `130 ms`, `2.1 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** `1,234`. */
export const grouped = (count: number): string => count.toLocaleString('en');

export const plural = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
