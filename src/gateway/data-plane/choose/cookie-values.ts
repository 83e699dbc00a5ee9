/** Of one name; what is behind them is somebody's attempt to keep us busy. */
const mostLookedAt = 3;
const mostFound = 16;

const none: readonly string[] = [];

/**
 * The values of the first cookies of this name (`user=`, with the equals sign), in their order: a browser sends the
 * one of the longest path first. A Cookie header without any costs one search.
 */
export function cookieValues(header: string, name: string): readonly string[] {
  let at = header.indexOf(name);
  if (at === -1) return none;
  const values: string[] = [];
  for (let found = 0; at !== -1 && found < mostFound; found++) {
    const start = at + name.length;
    if (isStartOfCookie(header, at)) {
      const end = header.indexOf(';', start);
      values.push(header.slice(start, end === -1 ? header.length : end));
      if (values.length === mostLookedAt) break;
    }
    at = header.indexOf(name, start);
  }
  return values;
}

function isStartOfCookie(header: string, at: number): boolean {
  if (at === 0 || header[at - 1] === ';') return true;
  return header[at - 1] === ' ' && header[at - 2] === ';';
}
