import { byte, isToken, isValue } from './byte-classes.ts';
import { type HeaderNames, headerNumber } from './header-names.ts';
import { type HeadLimits, notedLines, usualLimits } from './limits.ts';

/**
 * The lines of one head that mean something to a proxy. Offsets are into the bytes that were read; what stands
 * behind the first `count` entries is left from earlier heads.
 */
export interface HeadLines {
  readonly names: HeaderNames;
  count: number;
  /** A bit for each number that occurs: `1 << number`. */
  seen: number;
  /** What `names` says of each. */
  readonly number: Uint8Array;
  readonly lineFrom: Int32Array;
  /** Without the white space around it. */
  readonly valueFrom: Int32Array;
  readonly valueTo: Int32Array;
  /** Behind the line's end. */
  readonly lineTo: Int32Array;
}

/** Answered in place of an offset. */
export const more = 0;
export const malformed = -1;
export const tooMany = -2;

export const headLines = (names: HeaderNames): HeadLines => ({
  names,
  count: 0,
  seen: 0,
  number: new Uint8Array(notedLines),
  lineFrom: new Int32Array(notedLines),
  valueFrom: new Int32Array(notedLines),
  valueTo: new Int32Array(notedLines),
  lineTo: new Int32Array(notedLines),
});

/**
 * Reads at most `limit` header lines from `from` up to and with the empty line: the offset behind it, or
 * `more`, `malformed`, `tooMany`. RFC 9112 section 5 without its permissions: no folding, no space before the
 * colon, no line feed without a carriage return. Reading the same bytes again is safe.
 */
export function readHeadLines(
  bytes: Uint8Array,
  from: number,
  to: number,
  lines: HeadLines,
  limit: number,
): number {
  lines.count = 0;
  lines.seen = 0;
  let at = from;
  for (let left = limit; at < to; left -= 1) {
    if (bytes[at] === byte.carriageReturn) return lineEnd(bytes, at, to);
    const colon = tokenEnd(bytes, at, to);
    if (colon === to) return more;
    if (bytes[colon] !== byte.colon || colon === at) return malformed;
    const end = valueEnd(bytes, colon + 1, to);
    const next = lineEnd(bytes, end, to);
    if (next <= 0) return next;
    if (left === 0 || lines.count === notedLines) return tooMany;
    const number = headerNumber(lines.names, bytes, at, colon);
    if (number !== 0) {
      lines.lineFrom[lines.count] = at;
      lines.lineTo[lines.count] = next;
      noteValue(bytes, colon + 1, end, lines);
      lines.number[lines.count] = number;
      lines.seen |= 1 << number;
      lines.count += 1;
    }
    at = next;
  }
  return more;
}

/** Behind the line end that must stand at `at`, or `more`, or `malformed`. */
export function lineEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return more;
  if (bytes[at] !== byte.carriageReturn) return malformed;
  if (at + 1 >= to) return more;
  return bytes[at + 1] === byte.lineFeed ? at + 2 : malformed;
}

export function tokenEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isToken[bytes[at]!] === 1) at += 1;
  return at;
}

export function valueEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isValue[bytes[at]!] === 1) at += 1;
  return at;
}

/**
 * Whether it is worth reading a head again that was incomplete when its bytes ended at `seen`: those that came
 * since then may end it, or break a rule of its lines or a limit. Called at each arrival it looks at every byte
 * once, however slowly they drip. What it misses stays unanswered until there is more, or until time is up.
 */
export function mayEnd(
  bytes: Uint8Array,
  from: number,
  seen: number,
  to: number,
  { lineBytes, headBytes }: Readonly<HeadLimits> = usualLimits,
): boolean {
  if (seen - from < lineBytes && to - from >= lineBytes) return true;
  if (seen - from < headBytes && to - from >= headBytes) return true;
  for (let at = seen; at < to; at += 1) {
    if (bytes[at] !== byte.lineFeed) continue;
    if (at === from || bytes[at - 1] !== byte.carriageReturn) return true;
    if (at - 2 < from || bytes[at - 2] === byte.lineFeed) return true;
  }
  return false;
}

function noteValue(bytes: Uint8Array, from: number, to: number, lines: HeadLines): void {
  let valueFrom = from;
  while (valueFrom < to && isBlank(bytes[valueFrom]!)) valueFrom += 1;
  let valueTo = to;
  while (valueTo > valueFrom && isBlank(bytes[valueTo - 1]!)) valueTo -= 1;
  lines.valueFrom[lines.count] = valueFrom;
  lines.valueTo[lines.count] = valueTo;
}

const isBlank = (each: number): boolean => each === byte.space || each === byte.tab;
