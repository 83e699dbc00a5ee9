import { byte, isDigit } from './byte-classes.ts';
import { lineEnd, malformed, more, valueEnd } from './head-lines.ts';

/** What stands in an answer's first line, and where its reason does. */
export interface StatusLine {
  status: number;
  reasonFrom: number;
  reasonTo: number;
  minorVersion: 0 | 1;
}

export const statusLine = (): StatusLine => ({
  status: 0,
  reasonFrom: 0,
  reasonTo: 0,
  minorVersion: 1,
});

const version = Buffer.from('HTTP/1.', 'latin1');
const statusAt = version.length + 2;
const reasonAt = statusAt + 3;

/**
 * Reads an answer's first line (RFC 9112 section 4): the offset behind it, `more` or `malformed`. The space
 * before an empty reason may be missing, as many servers have it.
 */
export function readStatusLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  line: StatusLine,
): number {
  for (let index = 0; index < reasonAt; index += 1) {
    if (from + index >= to) return more;
    if (!mayStand(bytes[from + index]!, index)) return malformed;
  }
  line.minorVersion = bytes[from + version.length] === byte.zero ? 0 : 1;
  line.status = threeDigits(bytes, from + statusAt);
  const at = from + reasonAt;
  if (at >= to) return more;
  line.reasonFrom = bytes[at] === byte.space ? at + 1 : at;
  line.reasonTo = bytes[at] === byte.space ? valueEnd(bytes, at + 1, to) : at;
  const end = lineEnd(bytes, line.reasonTo, to);
  return end === more || line.status >= 100 ? end : malformed;
}

/** `HTTP/1.x nnn`, byte for byte. */
function mayStand(each: number, index: number): boolean {
  if (index < version.length) return each === version[index];
  if (index === version.length) return each === byte.zero || each === byte.zero + 1;
  if (index < statusAt) return each === byte.space;
  return isDigit[each] === 1;
}

function threeDigits(bytes: Uint8Array, at: number): number {
  const sum = bytes[at]! * 100 + bytes[at + 1]! * 10 + bytes[at + 2]!;
  return sum - byte.zero * 111;
}
