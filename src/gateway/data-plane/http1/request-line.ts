import { type Authority, authority } from './authority.ts';
import { byte, isTarget } from './byte-classes.ts';
import { lineEnd, malformed, more, tokenEnd } from './head-lines.ts';
import { methodBytes, strayLines } from './limits.ts';

export type TargetForm = 'origin' | 'absolute' | 'asterisk';

/** Where the parts of a request's first line stand. */
export interface RequestLine {
  /** Behind empty lines. */
  from: number;
  methodTo: number;
  isGet: boolean;
  target: TargetForm;
  /** Path and query; empty when an absolute target has none. */
  pathFrom: number;
  pathTo: number;
  /** Of an absolute target. */
  authority: Authority | null;
  minorVersion: 0 | 1;
  /** When the line is refused. */
  refusal: number;
  why: string;
}

export const requestLine = (): RequestLine => ({
  from: 0,
  methodTo: 0,
  isGet: false,
  target: 'origin',
  pathFrom: 0,
  pathTo: 0,
  authority: null,
  minorVersion: 1,
  refusal: 0,
  why: '',
});

/** Reads a request's first line (RFC 9112 section 3): the offset behind it, `more`, or `malformed` with a `refusal`. */
export function readRequestLine(
  bytes: Buffer,
  from: number,
  to: number,
  line: RequestLine,
): number {
  const start = strayEnd(bytes, from, to, line);
  if (start < 0) return malformed;
  const methodTo = tokenEnd(bytes, start, Math.min(to, start + methodBytes + 1));
  if (methodTo - start > methodBytes) return refuse(line, 501, 'a method too long');
  if (methodTo === to) return more;
  if (methodTo === start || bytes[methodTo] !== byte.space) {
    return refuse(line, 400, 'a method that is no token');
  }
  const targetTo = targetEnd(bytes, methodTo + 1, to);
  if (targetTo === to) return more;
  if (targetTo === methodTo + 1 || bytes[targetTo] !== byte.space) {
    return refuse(line, 400, 'a target with a byte that must be escaped');
  }
  line.from = start;
  line.methodTo = methodTo;
  line.isGet = isMethod(bytes, line, 'GET');
  const end = versionEnd(bytes, targetTo + 1, to, line);
  return end <= 0 || takeTarget(bytes, methodTo + 1, targetTo, line) ? end : malformed;
}

/** Behind the empty lines that some clients send after a body. */
function strayEnd(bytes: Uint8Array, from: number, to: number, line: RequestLine): number {
  let at = from;
  for (let lines = 0; at < to && bytes[at] === byte.carriageReturn; lines += 1) {
    if (lines === strayLines) return refuse(line, 400, 'empty lines in front of a request');
    const end = lineEnd(bytes, at, to);
    if (end < 0) return refuse(line, 400, 'a carriage return without a line feed');
    at = end === more ? to : end;
  }
  return at;
}

function targetEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isTarget[bytes[at]!] === 1) at += 1;
  return at;
}

const version = Buffer.from('HTTP/1.', 'latin1');

function versionEnd(bytes: Uint8Array, from: number, to: number, line: RequestLine): number {
  for (let index = 0; index < version.length; index += 1) {
    if (from + index >= to) return more;
    if (bytes[from + index] !== version[index]) return refuseVersion(bytes, from + index, line);
  }
  const at = from + version.length;
  if (at >= to) return more;
  const minor = bytes[at]! - byte.zero;
  if (minor !== 0 && minor !== 1) return refuse(line, 400, 'a version other than 1.0 and 1.1');
  line.minorVersion = minor;
  const end = lineEnd(bytes, at + 1, to);
  return end < 0 ? refuse(line, 400, 'a first line that goes on behind the version') : end;
}

/** Who starts with HTTP/2's preface has not asked whether we speak it; every other version is a mistake. */
function refuseVersion(bytes: Uint8Array, at: number, line: RequestLine): number {
  return bytes[at] === 0x32 && isMethod(bytes, line, 'PRI')
    ? refuse(line, 505, 'HTTP/2 without TLS')
    : refuse(line, 400, 'a version other than 1.0 and 1.1');
}

/** The four forms of RFC 9112 section 3.2; false when it is none of those we serve. */
function takeTarget(bytes: Buffer, from: number, to: number, line: RequestLine): boolean {
  line.pathFrom = from;
  line.pathTo = to;
  line.authority = null;
  if (!line.isGet && isMethod(bytes, line, 'CONNECT')) return denied(line, 405, 'CONNECT');
  if (bytes[from] === byte.slash) {
    line.target = 'origin';
    return true;
  }
  if (bytes[from] === byte.asterisk && to - from === 1) {
    line.target = 'asterisk';
    return isMethod(bytes, line, 'OPTIONS') || denied(line, 400, 'an asterisk without OPTIONS');
  }
  line.target = 'absolute';
  const authorityFrom = schemeEnd(bytes, from, to);
  if (authorityFrom < 0) return denied(line, 400, 'a target of no known form');
  line.pathFrom = authorityEnd(bytes, authorityFrom, to);
  line.authority = authority(bytes, authorityFrom, line.pathFrom);
  return line.authority !== null || denied(line, 400, 'a target with a malformed host');
}

function isMethod(bytes: Uint8Array, line: RequestLine, method: string): boolean {
  if (line.methodTo - line.from !== method.length) return false;
  for (let at = 0; at < method.length; at += 1) {
    if (bytes[line.from + at] !== method.charCodeAt(at)) return false;
  }
  return true;
}

const scheme = Buffer.from('http', 'latin1');
const hierarchy = Buffer.from('://', 'latin1');

/** Behind `http://` or `https://`, -1 for everything else. */
function schemeEnd(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < scheme.length + hierarchy.length) return -1;
  for (let at = 0; at < scheme.length; at += 1) {
    if ((bytes[from + at]! | 0x20) !== scheme[at]) return -1;
  }
  const isSecure = (bytes[from + scheme.length]! | 0x20) === 0x73;
  const behind = from + scheme.length + (isSecure ? 1 : 0);
  for (let at = 0; at < hierarchy.length; at += 1) {
    if (behind + at >= to || bytes[behind + at] !== hierarchy[at]) return -1;
  }
  return behind + hierarchy.length;
}

function authorityEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== byte.slash && bytes[at] !== byte.question) at += 1;
  return at;
}

function denied(line: RequestLine, status: number, why: string): false {
  refuse(line, status, why);
  return false;
}

function refuse(line: RequestLine, status: number, why: string): number {
  line.refusal = status;
  line.why = why;
  return malformed;
}
