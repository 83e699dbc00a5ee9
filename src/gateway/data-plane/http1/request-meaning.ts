import { authority } from './authority.ts';
import { connectionField, resetConnection, staysOpen, takeConnection } from './connection-field.ts';
import { framingFault, takeCoding, takeLength } from './framing.ts';
import type { HeadLines } from './head-lines.ts';
import {
  dropLines,
  type HeadText,
  keptLines,
  plainFraming,
  withoutNominated,
} from './kept-lines.ts';
import { header } from './known-headers.ts';
import type { RequestLine } from './request-line.ts';
import { type RequestHead, resetRequest } from './request-record.ts';
import { safeRequestId, safeTraceparent } from './trace-ids.ts';

export interface ReadRequest {
  line: RequestLine;
  lines: HeadLines;
  whole: HeadText;
}

/** The one fault that is not answered 400 but 417. */
export const unknownExpectation = 'an unknown expectation';

const connection = connectionField();

/** Fills `into` with what the lines say, beyond their syntax; what is wrong with that, or ''. */
export function takeRequestMeaning(bytes: Buffer, read: ReadRequest, into: RequestHead): string {
  resetRequest(into);
  resetConnection(connection);
  const { line, lines, whole } = read;
  takeTarget(line, whole, into);
  let hosts = 0;
  for (let index = 0; index < lines.count; index += 1) {
    if (lines.number[index] === header.host) hosts += 1;
    const why = takeLine(bytes, read, index, into);
    if (why !== '') return why;
  }
  if (hosts > 1) return 'two hosts';
  if (hosts === 0 && line.minorVersion === 1) return 'no host';
  const fault = framingFault(into, line.minorVersion);
  if (fault !== '') return fault;
  conclude(into);
  into.kept = linesToKeep(bytes, read, into);
  return '';
}

function takeTarget(line: RequestLine, { text, from }: HeadText, into: RequestHead): void {
  into.method = line.isGet ? 'GET' : text.substring(0, line.methodTo - from);
  into.target = line.target;
  into.minorVersion = line.minorVersion;
  into.host = line.authority === null ? '' : line.authority.host;
  into.authority = line.authority === null ? '' : line.authority.written;
  const path = text.substring(line.pathFrom - from, line.pathTo - from);
  if (line.target !== 'absolute' || path.startsWith('/')) into.path = path;
  // RFC 9112 section 3.2.4: so an asterisk passes a proxy.
  else into.path = path === '' && into.method === 'OPTIONS' ? '*' : `/${path}`;
}

function takeLine(
  bytes: Buffer,
  { line, lines, whole }: ReadRequest,
  index: number,
  into: RequestHead,
): string {
  const number = lines.number[index]!;
  const from = lines.valueFrom[index]!;
  const to = lines.valueTo[index]!;
  if (number === header.host) return takeHost(bytes, from, to, line, into);
  if (number === header.contentLength) return takeLength(bytes, from, to, into);
  if (number === header.transferEncoding) return takeCoding(bytes, from, to, into);
  const value = whole.text.substring(from - whole.from, to - whole.from);
  if (number === header.expect) return takeExpectation(value, into);
  if (number === header.connection) takeConnection(value, connection);
  else takeText(number, value, into);
  return '';
}

/** Host must be well-formed even where the target outranks it. */
function takeHost(
  bytes: Buffer,
  from: number,
  to: number,
  line: RequestLine,
  into: RequestHead,
): string {
  const named = authority(bytes, from, to);
  if (named === null) return 'a malformed host';
  if (line.authority !== null) return '';
  into.host = named.host;
  into.authority = named.written;
  return '';
}

function takeExpectation(value: string, into: RequestHead): string {
  if (into.minorVersion === 0) return '';
  if (value.toLowerCase() !== '100-continue') return unknownExpectation;
  into.expectContinue = true;
  return '';
}

function takeText(number: number, value: string, into: RequestHead): void {
  switch (number) {
    case header.userAgent:
      into.userAgent = joined(into.userAgent, value, ', ');
      break;
    case header.cookie:
      into.cookie = joined(into.cookie, value, '; ');
      break;
    case header.upgrade:
      into.upgrade = joined(into.upgrade, value, ', ');
      break;
    case header.forwardedFor:
      into.forwardedFor = joined(into.forwardedFor, value, ', ');
      break;
    case header.forwardedProto:
      into.forwardedProto = joined(into.forwardedProto, value, ', ');
      break;
    case header.forwarded:
      into.forwarded = joined(into.forwarded, value, ', ');
      break;
    case header.requestId:
      into.requestId = joined(into.requestId, value, ', ');
      break;
    case header.traceParent:
      into.traceparent = joined(into.traceparent, value, ', ');
      break;
    case header.visit:
      into.signedVisit = joined(into.signedVisit, value, ', ');
      break;
    default:
  }
}

const joined = (before: string, value: string, by: string): string =>
  before === '' ? value : before + by + value;

/** What only shows when all lines have been read. */
function conclude(into: RequestHead): void {
  into.hasBody = into.chunked || into.contentLength > 0;
  into.keepAlive = staysOpen(connection, into.minorVersion);
  into.close = !into.keepAlive;
  if (into.upgrade !== '' && !mayUpgrade(into)) into.upgrade = '';
  // Of two lines neither is believed; joined, they have a comma.
  if (into.requestId !== '') into.requestId = safeRequestId(into.requestId);
  if (into.traceparent !== '') into.traceparent = safeTraceparent(into.traceparent);
  if (into.signedVisit !== '' && into.signedVisit.includes(',')) into.signedVisit = '';
}

/**
 * HTTP/1.0 knows no upgrade (RFC 9110 section 7.8), one with a body is ambiguous, and one to another HTTP
 * would take its requests past us: these stay ordinary requests.
 */
function mayUpgrade({
  minorVersion,
  method,
  contentLength,
  chunked,
  upgrade,
}: RequestHead): boolean {
  const isBare = method === 'GET' && contentLength < 0 && !chunked;
  return connection.upgrade && isBare && minorVersion === 1 && !/h2|http|tls/i.test(upgrade);
}

function linesToKeep(bytes: Buffer, { lines, whole }: ReadRequest, into: RequestHead): string {
  const framing = plainFraming(bytes, lines, into);
  if (!into.chunked) dropLines(lines, header.trailer);
  if (into.traceparent === '') dropLines(lines, header.traceState);
  const kept = keptLines(whole, lines) + framing;
  const { nominated } = connection;
  return nominated.length === 0 ? kept : withoutNominated(kept, nominated);
}
