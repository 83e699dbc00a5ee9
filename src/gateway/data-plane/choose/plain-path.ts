/*
 * A gateway finds a place by the letters of a path; an instance may decode, merge and climb first. What one takes for
 * `/shop/../admin` is `/admin` to the other. So where a host has several places, a path goes only where every
 * reader would look for it.
 */

const separator = String.raw`[/\\]|%2f|%5c`;
const parameter = ';|%3b';
const oddSegment = new RegExp(
  `(?:^|${separator})(?:(?:\\.|%2e){1,2}(?:$|${separator}|${parameter})|${parameter})`,
  'i',
);
const nextSegment = new RegExp(`(?:${separator})*((?:[^/\\\\%]|%(?!2f|5c))+)`, 'iy');

/** False: instances may read it in more than one way. Without query. */
export function isPlainPath(path: string): boolean {
  return !/[%\\;]|\/[./]/.test(path);
}

/**
 * It has a segment that is `.`, `..` or nothing but parameters, however spelt. No browser sends one, and no two
 * servers agree on all of them.
 */
export function hasOddSegment(path: string): boolean {
  return oddSegment.test(decodedPercent(path));
}

/**
 * The beginning of a path without odd segments as the most lenient reader sees it: decoded twice, backslashes taken
 * for slashes, without parameters (`;v=1`) and empty segments. Any stricter reader who finds a place in it stops at
 * the same or an earlier segment; so when the strictest and the most lenient agree, all do. Longer than `atLeast`,
 * unless the path is not. Linear in time for whatever a stranger sends.
 */
export function mostLenientStart(path: string, atLeast: number): string {
  const text = decodedPercent(path);
  let start = '';
  nextSegment.lastIndex = 0;
  while (start.length <= atLeast) {
    const segment = nextSegment.exec(text)?.[1];
    if (segment === undefined) break;
    const [name = ''] = decoded(segment.slice(0, 3 * atLeast + 3)).split(';', 1);
    start += `/${name}`;
  }
  return start === '' ? '/' : start;
}

/** What was encoded twice is now encoded once. */
function decodedPercent(path: string): string {
  return path.replaceAll('%25', '%');
}

/** Other than ASCII is nothing that a place's path could have. */
function decoded(segment: string): string {
  return segment.replaceAll(/%([2-7][\da-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
