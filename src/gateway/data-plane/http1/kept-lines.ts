import { byte } from './byte-classes.ts';
import { type Framing, framingLine } from './framing.ts';
import type { HeadLines } from './head-lines.ts';
import { twin } from './header-names.ts';
import { header, neverByNomination, passesOn } from './known-headers.ts';

const isKept = new Uint8Array(256).map((_, number) => (passesOn.has(number) ? 1 : 0));

/** A head as one string, and where in the bytes its first character and its header lines stand. */
export interface HeadText {
  text: string;
  from: number;
  linesFrom: number;
  linesTo: number;
}

/** The lines that go to the other side, as they were: everything but what `lines` notes and must not pass. */
export function keptLines({ text, from, linesFrom, linesTo }: HeadText, lines: HeadLines): string {
  let kept = '';
  let keepFrom = linesFrom;
  for (let index = 0; index < lines.count; index += 1) {
    if (isKept[lines.number[index]!] === 1) continue;
    const lineFrom = lines.lineFrom[index]!;
    if (lineFrom > keepFrom) kept += text.substring(keepFrom - from, lineFrom - from);
    keepFrom = lines.lineTo[index]!;
  }
  return linesTo > keepFrom ? kept + text.substring(keepFrom - from, linesTo - from) : kept;
}

/** Keeps the noted lines of this number from passing. */
export function dropLines(lines: HeadLines, number: number): void {
  if ((lines.seen & (1 << number)) === 0) return;
  for (let index = 0; index < lines.count; index += 1) {
    if (lines.number[index] === number) lines.number[index] = twin;
  }
}

/**
 * A framing line in an unusual spelling (tabs, leading zeros, `CHUNKED`) means one thing to us and perhaps
 * another to the next server. Drops it and gives the plain line to send in its place; '' when it may pass.
 */
export function plainFraming(bytes: Uint8Array, lines: HeadLines, framing: Framing): string {
  if (framing.contentLength < 0 && !framing.chunked) return '';
  for (let index = 0; index < lines.count; index += 1) {
    const number = lines.number[index];
    if (number !== header.contentLength && number !== header.transferEncoding) continue;
    if (isPlain(bytes, lines, index)) return '';
    lines.number[index] = twin;
  }
  return framingLine(framing);
}

/** Without what Connection nominates. */
export function withoutNominated(kept: string, nominated: readonly string[]): string {
  return withoutNames(
    kept,
    nominated.filter((name) => !neverByNomination.has(name)),
  );
}

/** For a message whose body goes on in another framing: to HTTP/1.0, to HTTP/2. */
export function withoutFraming(kept: string): string {
  return withoutNames(kept, ['content-length', 'transfer-encoding', 'trailer']);
}

function withoutNames(kept: string, names: readonly string[]): string {
  if (names.length === 0) return kept;
  const dropped = new Set(names);
  const lines = kept.split('\r\n').slice(0, -1);
  const left = lines.filter((line) => !dropped.has(line.slice(0, line.indexOf(':')).toLowerCase()));
  return left.map((line) => `${line}\r\n`).join('');
}

function isPlain(bytes: Uint8Array, lines: HeadLines, index: number): boolean {
  const from = lines.valueFrom[index]!;
  const first = bytes[from]!;
  const isCanonical =
    lines.number[index] === header.contentLength
      ? first !== byte.zero || lines.valueTo[index] === from + 1
      : isLowerCase(bytes, from, lines.valueTo[index]!);
  const hasOneSpace = bytes[from - 1] === byte.space && bytes[from - 2] === byte.colon;
  return isCanonical && hasOneSpace && lines.valueTo[index]! + 2 === lines.lineTo[index];
}

function isLowerCase(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at]! < 0x61) return false;
  return true;
}
