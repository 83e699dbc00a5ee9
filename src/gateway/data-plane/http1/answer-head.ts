import { connectionField, resetConnection, staysOpen, takeConnection } from './connection-field.ts';
import { type Framing, framingFault, takeCoding, takeLength } from './framing.ts';
import { headLines, malformed, more, readHeadLines, tooMany } from './head-lines.ts';
import { dropLines, keptLines, plainFraming, withoutNominated } from './kept-lines.ts';
import { answerNames, header } from './known-headers.ts';
import { type HeadLimits, usualLimits } from './limits.ts';
import { readStatusLine, statusLine } from './status-line.ts';

/** What one answer's head means. The object is used again for the next head: take what you need at once. */
export interface AnswerHead extends Framing {
  /** After a negative answer: why, for the log. The client gets 502. */
  why: string;
  /** 100 to 999; what is above 599 means nothing, but some servers send it. */
  status: number;
  /** May be empty. */
  reason: string;
  minorVersion: 0 | 1;
  /** Whether the connection can be used again once the answer has ended, unless it ends by closing. */
  keepAlive: boolean;
  /** Always the opposite. */
  close: boolean;
  /** The protocol changed to, as written; '' unless the status is 101 and Connection nominates it. */
  upgrade: string;
  /**
   * The lines to forward, each with its end: without what ends at this hop and what Connection nominates. In
   * it: the framing line, if the answer's status allows one; Trailer with a chunked body.
   */
  kept: string;
}

export const answerHead = (): AnswerHead => ({
  why: '',
  status: 0,
  reason: '',
  minorVersion: 1,
  contentLength: -1,
  chunked: false,
  keepAlive: true,
  close: false,
  upgrade: '',
  kept: '',
});

// One head at a time, so this serves them all.
const line = statusLine();
const lines = headLines(answerNames);
const connection = connectionField();
const whole = { text: '', from: 0, linesFrom: 0, linesTo: 0 };

/**
 * Reads the head that begins at `from`, as `parseRequestHead` does: > 0 the offset behind it, 0 more bytes
 * are needed, < 0 refused, see `into.why`. 1xx heads count as heads: read on behind them for the real one.
 */
export function parseAnswerHead(
  bytes: Buffer,
  from: number,
  to: number,
  into: AnswerHead,
  limits: Readonly<HeadLimits> = usualLimits,
): number {
  const end = Math.min(to, from + limits.headBytes);
  const linesFrom = readStatusLine(bytes, from, end, line);
  if (linesFrom < 0) return refuse(into, 'a malformed status line');
  const behind =
    linesFrom === more ? more : readHeadLines(bytes, linesFrom, end, lines, limits.headers);
  if (behind === malformed) return refuse(into, 'a malformed header line');
  if (behind === tooMany) return refuse(into, 'too many header lines');
  if (behind === more) {
    return end - from >= limits.headBytes ? refuse(into, 'a head too long') : more;
  }
  whole.text = bytes.toString('latin1', from, behind);
  whole.from = from;
  whole.linesFrom = linesFrom;
  whole.linesTo = behind - 2;
  const why = takeMeaning(bytes, into);
  return why === '' ? behind : refuse(into, why);
}

/** How the answer's body ends (RFC 9112 section 6.3). */
export function answerFraming(
  { status, chunked, contentLength }: AnswerHead,
  requestMethod: string,
): 'none' | 'length' | 'chunked' | 'until close' {
  if (requestMethod === 'HEAD' || isBare(status) || status === 304) return 'none';
  if (chunked) return 'chunked';
  if (contentLength < 0) return 'until close';
  return contentLength === 0 ? 'none' : 'length';
}

/** 1xx and 204 have no body and may not speak of one. */
const isBare = (status: number): boolean => status < 200 || status === 204;

function takeMeaning(bytes: Buffer, into: AnswerHead): string {
  reset(into);
  for (let index = 0; index < lines.count; index += 1) {
    const why = takeLine(bytes, index, into);
    if (why !== '') return why;
  }
  const fault = framingFault(into, line.minorVersion);
  if (fault !== '') return fault;
  into.keepAlive = staysOpen(connection, line.minorVersion);
  into.close = !into.keepAlive;
  if (into.status !== 101 || !connection.upgrade) into.upgrade = '';
  if (isBare(into.status)) dropFraming(into);
  if (into.status === 304 && into.chunked) dropFraming(into);
  into.kept = linesToKeep(bytes, into);
  return '';
}

function reset(into: AnswerHead): void {
  resetConnection(connection);
  into.status = line.status;
  into.reason = whole.text.substring(line.reasonFrom - whole.from, line.reasonTo - whole.from);
  into.minorVersion = line.minorVersion;
  into.contentLength = -1;
  into.chunked = false;
  into.upgrade = '';
}

function takeLine(bytes: Buffer, index: number, into: AnswerHead): string {
  const from = lines.valueFrom[index]!;
  const to = lines.valueTo[index]!;
  switch (lines.number[index]) {
    case header.contentLength:
      return takeLength(bytes, from, to, into);
    case header.transferEncoding:
      return takeCoding(bytes, from, to, into);
    case header.connection:
      takeConnection(whole.text.substring(from - whole.from, to - whole.from), connection);
      return '';
    case header.upgrade:
      into.upgrade ||= whole.text.substring(from - whole.from, to - whole.from);
      return '';
    default:
      return '';
  }
}

function dropFraming(into: AnswerHead): void {
  dropLines(lines, header.contentLength);
  dropLines(lines, header.transferEncoding);
  into.contentLength = -1;
  into.chunked = false;
}

function linesToKeep(bytes: Buffer, into: AnswerHead): string {
  const framing = plainFraming(bytes, lines, into);
  if (!into.chunked) dropLines(lines, header.trailer);
  const kept = keptLines(whole, lines) + framing;
  const { nominated } = connection;
  return nominated.length === 0 ? kept : withoutNominated(kept, nominated);
}

function refuse(into: AnswerHead, why: string): number {
  into.why = why;
  return malformed;
}
