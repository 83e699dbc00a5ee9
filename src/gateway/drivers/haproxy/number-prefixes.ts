const digits = 4;

/**
 * The shortest list of beginnings such that exactly the numbers from `from` to `to - 1`, written with four
 * digits, begin with one of them: HAProxy finds the longest beginning in one step, but no range.
 */
export function numberPrefixes(from: number, to: number, prefix = ''): string[] {
  const size = 10 ** (digits - prefix.length);
  const start = Number(prefix.padEnd(digits, '0'));
  if (to <= start || from >= start + size) return [];
  if (from <= start && to >= start + size) return [prefix];
  return Array.from({ length: 10 }, (_, digit) =>
    numberPrefixes(from, to, `${prefix}${digit}`),
  ).flat();
}
