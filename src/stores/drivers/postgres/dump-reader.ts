import type { Readable } from 'node:stream';
import { findStatementEnd, newScan } from './statement-end.ts';

/** One thing that a dump says, with the line that it begins on. */
export type DumpPart =
  | { kind: 'statement'; text: string; line: number }
  /** A backslash command for psql. */
  | { kind: 'meta'; text: string; line: number };

export interface DumpReader {
  /** Null at the end. */
  next(): Promise<DumpPart | null>;
  /** The data that follows a COPY … FROM stdin, in pieces, up to the line `\.`; without it, to the end. */
  copyData(): AsyncGenerator<Buffer>;
}

/** What the reader cannot make sense of. */
export class DumpTrouble extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const longestStatementBytes = 64 * 1024 * 1024;
const newline = 0x0a;
const backslash = 0x5c;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a plain SQL dump piece by piece, in memory that does not grow with the file. */
export function dumpReader(stream: Readable): DumpReader {
  const ahead = lookAhead(stream);
  return { next: () => nextPart(ahead), copyData: () => copyData(ahead) };
}

interface Ahead {
  pending: Buffer;
  /** The line that `pending` begins on. */
  line: number;
  /** False at the end of the file. */
  more(): Promise<boolean>;
  take(length: number): Buffer;
}

function lookAhead(stream: Readable): Ahead {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return {
    pending: Buffer.alloc(0),
    line: 1,
    async more() {
      const { value, done } = await chunks.next();
      if (done) return false;
      this.pending = this.pending.length === 0 ? value : Buffer.concat([this.pending, value]);
      return true;
    },
    take(length) {
      const taken = this.pending.subarray(0, length);
      this.pending = this.pending.subarray(length);
      this.line += countLines(taken);
      return taken;
    },
  };
}

async function nextPart(ahead: Ahead): Promise<DumpPart | null> {
  const scan = newScan();
  for (;;) {
    const end = findStatementEnd(ahead.pending, scan);
    if (scan.start > 0) {
      ahead.take(scan.start);
      scan.at -= scan.start;
      scan.start = 0;
    }
    if (scan.started && ahead.pending[0] === backslash) return takeMeta(ahead);
    if (end) return takeText(ahead, 'statement', scan.at);
    if (ahead.pending.length > longestStatementBytes) {
      throw new DumpTrouble(ahead.line, 'this statement is longer than 64 MiB');
    }
    if (await ahead.more()) continue;
    if (scan.quoted && scan.started) {
      throw new DumpTrouble(ahead.line, 'the file ends in the middle of a statement');
    }
    return scan.started ? takeText(ahead, 'statement', ahead.pending.length) : null;
  }
}

async function takeMeta(ahead: Ahead): Promise<DumpPart> {
  while (ahead.pending.indexOf(newline) < 0 && ahead.pending.length < longestStatementBytes) {
    if (!(await ahead.more())) break;
  }
  return takeText(ahead, 'meta', ahead.pending.indexOf(newline) + 1 || ahead.pending.length);
}

function takeText(ahead: Ahead, kind: DumpPart['kind'], length: number): DumpPart {
  const { line } = ahead;
  try {
    return { kind, text: utf8.decode(ahead.take(length)).trim(), line };
  } catch {
    throw new DumpTrouble(line, 'it is not UTF-8 text; make the dump with --encoding=UTF8');
  }
}

async function* copyData(ahead: Ahead): AsyncGenerator<Buffer> {
  // The data begins on the line after the statement.
  while (ahead.pending.indexOf(newline) < 0 && (await ahead.more()));
  ahead.take(ahead.pending.indexOf(newline) + 1 || ahead.pending.length);
  for (let midLine = false; ;) {
    const mark = midLine ? 0 : endMarkLength(ahead.pending);
    if (mark > 0) {
      ahead.take(mark);
      return;
    }
    const length = mark === 0 ? dataLength(ahead.pending) : 0;
    if (length > 0) {
      const data = ahead.take(length);
      midLine = data.at(-1) !== newline;
      yield data;
    } else if (!(await ahead.more())) {
      if (!midLine && /^\\\.\r?$/.test(ahead.pending.toString('latin1', 0, 3))) return;
      throw new DumpTrouble(ahead.line, 'the file ends in the middle of the data of a COPY');
    }
  }
}

/** The length of the line `\.` when `bytes`, at the start of a line, begin with it; -1: too few bytes to tell. */
function endMarkLength(bytes: Buffer): number {
  const begin = bytes.toString('latin1', 0, 4);
  const mark = /^\\\.\r?\n/.exec(begin);
  if (mark) return mark[0].length;
  return '\\.\n'.startsWith(begin) || '\\.\r\n'.startsWith(begin) ? -1 : 0;
}

/** How many bytes are data for certain: whole lines before the next that may be the end mark. */
function dataLength(bytes: Buffer): number {
  const mark = bytes.indexOf('\n\\.');
  if (mark >= 0) return mark + 1;
  const whole = bytes.lastIndexOf(newline) + 1;
  // A single line may be a gigabyte: it is passed on in pieces.
  return whole > 0 || bytes.length < 1024 * 1024 ? whole : bytes.length;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}
