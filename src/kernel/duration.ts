const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const wordsMs = { minute: unitsMs.m, hour: unitsMs.h, day: unitsMs.d, week: unitsMs.w };
const longestMs = 100 * 365 * unitsMs.d;

/**
 * Milliseconds of `90s`, `1h30m`, `2d`, `500 ms`; null for anything else, and for more than a hundred
 * years. A bare number is refused, because nobody can tell its unit by looking at it.
 */
export function parseDuration(text: string): number | null {
  const compact = text.length > 40 ? '' : text.trim().replaceAll(' ', '');
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(compact)) return null;
  const parts = compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g);
  const totalMs = Array.from(parts, ([, amount, unit]) => Number(amount) * unitMs(unit)).reduce(
    (sum, partMs) => sum + partMs,
    0,
  );
  return totalMs <= longestMs ? Math.round(totalMs) : null;
}

/** Milliseconds of a rhythm: `every day`, `day`, `every 6h`, `6h`; null for anything else and for zero. */
export function parseEvery(text: string): number | null {
  const rest = text.trim().replace(/^every\s+/, '');
  const ms = isWord(rest) ? wordsMs[rest] : parseDuration(rest);
  return ms === 0 ? null : ms;
}

/** The shortest text that parses to the same milliseconds again: `1h30m`, `45s`, `0s`. */
export function formatDuration(ms: number): string {
  let restMs = Math.round(ms);
  const parts = (['d', 'h', 'm', 's', 'ms'] as const).map((unit) => {
    const count = Math.floor(restMs / unitsMs[unit]);
    restMs -= count * unitsMs[unit];
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('') || '0s';
}

function isWord(text: string): text is keyof typeof wordsMs {
  return Object.hasOwn(wordsMs, text);
}

function unitMs(unit: string | undefined): number {
  return unitsMs[unit as keyof typeof unitsMs];
}
