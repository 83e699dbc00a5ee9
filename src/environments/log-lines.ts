import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import type { Runtime } from '../runtimes/runtime.ts';
import { withoutSecrets } from './secret.ts';

type Readable = Pick<Runtime, 'readLog'>;

export interface LogReader {
  /** The lines that have come since the last call, at most a few hundred KiB of them. */
  read(): Promise<Read>;
  /** What came after the last newline. */
  rest(): string[];
}

export interface Read {
  lines: string[];
  /** Nothing has come. */
  quiet: boolean;
  /** Nothing will come any more. */
  ended: boolean;
}

interface Reading {
  /** The workload. */
  id: string;
  /** Begin so many lines before the end; null: at the beginning. */
  tail: number | null;
}

/** What one line may have; more is left out. Long enough for any secret to be found before it is cut. */
const longestRawLine = 128 * 1024;

/** Reads a workload's log line by line, whole characters only. A log that is not there (any more) has no lines. */
export function logReader(runtime: Readable, { id, tail }: Reading): LogReader {
  const splitter = lineSplitter();
  let from: number | null = tail === null ? 0 : null;
  return {
    async read() {
      if (from === null) {
        const begun = await beginAtTail(runtime, { id, tail: tail ?? 0 }, splitter);
        from = begun.next;
        return { lines: begun.lines, quiet: begun.lines.length === 0, ended: begun.ended };
      }
      const piece = await runtime.readLog(id, from).catch(() => null);
      if (piece === null) return { lines: splitter.end(), quiet: true, ended: true };
      const lost = lostBefore(piece, from);
      from = piece.next;
      const before = lost > 0 ? [...splitter.end(), lostWords(lost)] : [];
      const lines = [...before, ...splitter.push(piece.bytes)];
      const { ended } = piece;
      const quiet = piece.bytes.length === 0;
      return { lines: ended ? [...lines, ...splitter.end()] : lines, quiet, ended };
    },
    rest: () => splitter.end(),
  };
}

/** How many bytes went between two readings. What went before the first one is no news: a log keeps its end alone. */
const lostBefore = ({ bytes, next }: { bytes: Buffer; next: number }, from: number): number =>
  from === 0 ? 0 : next - bytes.length - from;

const lostWords = (bytes: number): string =>
  `[${bytes.toLocaleString('en')} bytes are missing here: they were printed faster than they could be read]`;

const smallestWindow = 64 * 1024;
const largestWindow = 16 * 1024 * 1024;

/** Looks at ever larger ends of the log until one holds so many lines, or all. */
async function beginAtTail(
  runtime: Readable,
  { id, tail }: { id: string; tail: number },
  splitter: LineSplitter,
): Promise<{ lines: string[]; next: number; ended: boolean }> {
  for (let window = smallestWindow; ; window *= 4) {
    const end = await readToEnd(runtime, id, -window);
    if (end === null) return { lines: [], next: 0, ended: true };
    const whole = end.start === 0 ? end.bytes : afterFirstNewline(end.bytes);
    const few = countLines(whole) < tail && end.start > 0 && end.bytes.length >= window;
    if (few && window < largestWindow) continue;
    const lines = splitter.push(whole);
    const all = end.ended ? [...lines, ...splitter.end()] : lines;
    return { lines: tail === 0 ? [] : all.slice(-tail), next: end.next, ended: end.ended };
  }
}

async function readToEnd(runtime: Readable, id: string, from: number) {
  const pieces: Buffer[] = [];
  let at = from;
  let start: number | null = null;
  for (;;) {
    const piece = await runtime.readLog(id, at).catch(() => null);
    if (piece === null) return null;
    start ??= piece.next - piece.bytes.length;
    pieces.push(piece.bytes);
    at = piece.next;
    if (piece.ended || piece.bytes.length === 0) {
      return { bytes: Buffer.concat(pieces), start, next: at, ended: piece.ended };
    }
  }
}

const afterFirstNewline = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf(10) + 1);

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

interface LineSplitter {
  push(bytes: Buffer): string[];
  /** The last line, where it has no end. */
  end(): string[];
}

function lineSplitter(): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): string[] => {
    const parts = text.split('\n');
    // A line that never ends must not fill the memory.
    const grown = rest.length > longestRawLine ? rest : rest + (parts[0] ?? '');
    if (parts.length === 1) {
      rest = grown.slice(0, longestRawLine + 1);
      return [];
    }
    rest = parts.at(-1) ?? '';
    return [grown, ...parts.slice(1, -1)];
  };
  return {
    push: (bytes) => take(decoder.write(bytes)),
    end() {
      const last = rest + decoder.end();
      rest = '';
      return last === '' ? [] : [last];
    },
  };
}

/** A line that can do nothing to a terminal but be read: no secret, no control character, not endless. */
export function shownLine(
  line: string,
  { secrets = {}, longest }: { secrets?: Readonly<Record<string, string>>; longest: number },
): string {
  // A progress bar writes over itself; its last state is what counts.
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  const plain = withoutSecrets(last, secrets)
    .replaceAll(escapeSequence, '')
    .replaceAll(control, '');
  // Once more: colours may have stood inside of a secret.
  const clean = withoutSecrets(plain, secrets).toWellFormed();
  return clean.length > longest ? `${clean.slice(0, longest).toWellFormed()} …` : clean;
}

/** CSI and OSC sequences whole, so that no `[31m` is left of them. Source: ECMA-48, section 5.4 and 8.3.89. */
// oxlint-disable-next-line no-control-regex
const escapeSequence = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;
/** All but the tab; and what turns the direction of writing around. */
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const quickMs = 100;
const slowMs = 500;

/** The lines of one log; with `follow` until its workload has ended or the signal aborts. */
export async function* logLines(
  runtime: Readable,
  { follow, signal, ...reading }: Reading & { follow: boolean; signal: AbortSignal },
): AsyncGenerator<string> {
  const reader = logReader(runtime, reading);
  for (let waitMs = quickMs; !signal.aborted;) {
    const { lines, quiet, ended } = await reader.read();
    yield* lines;
    if (ended) return;
    if (!quiet) waitMs = quickMs;
    else if (!follow) return yield* reader.rest();
    else {
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 1.5, slowMs);
    }
  }
}
