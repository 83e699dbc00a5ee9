import { headLines, malformed, more, readHeadLines, tooMany } from './head-lines.ts';
import { requestNames } from './known-headers.ts';
import { type HeadLimits, usualLimits } from './limits.ts';
import { readRequestLine, requestLine } from './request-line.ts';
import { takeRequestMeaning, unknownExpectation } from './request-meaning.ts';
import type { RequestHead } from './request-record.ts';

export { mayEnd } from './head-lines.ts';
export { internalHeaders } from './known-headers.ts';
export { requestHead, type RequestHead } from './request-record.ts';

// Heads are read one at a time and never while another is being read, so this serves them all.
const read = {
  line: requestLine(),
  lines: headLines(requestNames),
  whole: { text: '', from: 0, linesFrom: 0, linesTo: 0 },
};

/**
 * Reads the head that begins at `from`; `to` is where the bytes end that have come so far.
 *
 * > 0: the offset behind the head, and `into` holds it. 0: it is not whole yet, call again from the same
 * `from` with more bytes (`mayEnd` tells when that is worth it). < 0: it is refused, see `into.refusal`; what
 * follows on this connection means nothing any more. In how many pieces the bytes came changes no answer.
 */
export function parseRequestHead(
  bytes: Buffer,
  from: number,
  to: number,
  into: RequestHead,
  limits: Readonly<HeadLimits> = usualLimits,
): number {
  const { line, lines } = read;
  const end = Math.min(to, from + limits.headBytes);
  const lineTo = Math.min(end, from + limits.lineBytes);
  const linesFrom = readRequestLine(bytes, from, lineTo, line);
  if (linesFrom < 0) return refuse(into, line.refusal, line.why);
  if (linesFrom === more && lineTo - from >= limits.lineBytes) {
    return refuse(into, 414, 'a first line too long');
  }
  const behind =
    linesFrom === more ? more : readHeadLines(bytes, linesFrom, end, lines, limits.headers);
  if (behind === malformed) return refuse(into, 400, 'a malformed header line');
  if (behind === tooMany) return refuse(into, 431, 'too many header lines');
  if (behind === more) {
    return end - from >= limits.headBytes ? refuse(into, 431, 'a head too long') : more;
  }
  return conclude(bytes, linesFrom, behind, into);
}

function conclude(bytes: Buffer, linesFrom: number, behind: number, into: RequestHead): number {
  const { line, whole } = read;
  whole.text = bytes.toString('latin1', line.from, behind);
  whole.from = line.from;
  whole.linesFrom = linesFrom;
  whole.linesTo = behind - 2;
  const why = takeRequestMeaning(bytes, read, into);
  if (why === '') return behind;
  return refuse(into, why === unknownExpectation ? 417 : 400, why);
}

function refuse(into: RequestHead, status: number, why: string): number {
  into.refusal = status;
  into.why = why;
  return malformed;
}
