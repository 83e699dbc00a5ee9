import { closeSync, openSync, readFileSync, readSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tick } from '../../traffic.ts';
import { log } from '../log.ts';

/** A tick as it is kept. `previous` is the number of the one before it, so that what is missing can be counted. */
export interface KeptTick extends Tick {
  previous: number;
}

/** A file of ticks, one JSON line each. */
export interface Segment {
  file: string;
  first: number;
  last: number;
  bytes: number;
  /** Seconds that were merged into minutes. */
  isMerged: boolean;
}

const namePattern = /^(\d{16})\.(seconds|minutes)\.ndjson$/;

export function segmentFile(
  directory: string,
  segment: Pick<Segment, 'first' | 'isMerged'>,
): string {
  const kind = segment.isMerged ? 'minutes' : 'seconds';
  return join(directory, `${String(segment.first).padStart(16, '0')}.${kind}.ndjson`);
}

/** What an earlier run has left, oldest first; half-made files are removed. */
export function findSegments(directory: string): Segment[] {
  const names = readdirSync(directory).sort();
  const found: Segment[] = [];
  for (const name of names) {
    const [, first, kind] = namePattern.exec(name) ?? [];
    if (name.endsWith('.ndjson.new')) rmSync(join(directory, name), { force: true });
    if (first === undefined) continue;
    const isMerged = kind === 'minutes';
    // Killed between the new file and the removal of the old one; "minutes" sorts before "seconds".
    const isDone = !isMerged && found.at(-1)?.isMerged && found.at(-1)?.first === Number(first);
    const segment = isDone ? null : examine(join(directory, name), isMerged);
    if (segment) found.push(segment);
    else rmSync(join(directory, name), { force: true });
  }
  return found;
}

function examine(file: string, isMerged: boolean): Segment | null {
  const bytes = readFileSync(file);
  const numbers = [...linesIn(bytes)].map(({ number }) => number);
  const [first, last] = [numbers.at(0), numbers.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { file, first, last, bytes: bytes.length, isMerged };
}

/** The ticks behind this number. Broken lines are left out: the last one of a killed process, or a disk's fault. */
export function* ticksIn(
  file: string,
  { after, from, to }: { after: number; from: number; to: number },
): Iterable<{ tick: KeptTick; chars: number }> {
  for (const { number, text } of linesIn(readPart(file, { from, to }))) {
    if (number <= after) continue;
    const tick = parsed(text, file);
    if (tick) yield { tick, chars: text.length };
  }
}

function* linesIn(bytes: Buffer): Iterable<{ number: number; text: string }> {
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const number = /^\{"number":(\d+),/.exec(
      bytes.toString('latin1', start, Math.min(end, start + 30)),
    );
    if (number) yield { number: Number(number[1]), text: bytes.toString('utf8', start, end) };
    start = end + 1;
  }
}

function readPart(file: string, { from, to }: { from: number; to: number }): Buffer {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(handle, bytes, filled, bytes.length - filled, from + filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(handle);
  }
}

function parsed(text: string, file: string): KeptTick | null {
  try {
    return JSON.parse(text) as KeptTick;
  } catch (error) {
    log(`a line of ${file} is broken; its counts are lost`, error);
    return null;
  }
}
