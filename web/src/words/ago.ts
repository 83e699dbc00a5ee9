const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** A span in its largest unit, or its two largest ones where the second matters: `45 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function span(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000)) * 1000;
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) return '0 s';
  const [size, name] = units[first]!;
  const count = Math.floor(whole / size);
  const next = units[first + 1];
  const more = next ? Math.floor((whole % size) / next[0]) : 0;
  return more > 0 && (first < 2 || count < 10)
    ? `${count} ${name} ${more} ${next![1]}`
    : `${count} ${name}`;
}

/** How long ago, or how far ahead: `3 min ago`, `in 2 h`, `now`. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `${span(ms)} ago` : `in ${span(-ms)}`;
}
