import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { log } from '../log.ts';
import { mergeTicks } from './merge-ticks.ts';
import { segmentFile, ticksIn, type Segment } from './segment-files.ts';

/** How far the reader is. */
export interface ReaderPlace {
  /** It has everything up to this number. */
  received: number;
  /** It may have everything up to this number. */
  handedOut: number;
  /** The log knows that unread ticks had to go; it need not know of each. */
  lossIsSaid: boolean;
}

/**
 * One step towards a smaller journal: what was read goes first, then the oldest seconds become minutes, then
 * the oldest of all goes. Returns what is left of the segments, which are the oldest first.
 */
export function makeRoom(segments: readonly Segment[], place: ReaderPlace): Segment[] {
  const [oldest, ...others] = segments;
  if (oldest === undefined) return [];
  const seconds = segments.find(({ isMerged }) => !isMerged);
  if (oldest.last > place.received && seconds !== undefined) {
    const merged = merge(seconds, place);
    if (merged) return segments.flatMap((segment) => (segment === seconds ? merged : [segment]));
  }
  if (oldest.last > place.received && !place.lossIsSaid) {
    place.lossIsSaid = true;
    log('nobody reads the counts and there is no room for more: from now on the oldest go');
  }
  rmSync(oldest.file, { force: true });
  return others;
}

/** Null: the disk has no room even for that. */
function merge(seconds: Segment, place: ReaderPlace): Segment[] | null {
  const { first, last, bytes } = seconds;
  const kept = [...ticksIn(seconds.file, { after: 0, from: 0, to: bytes })];
  const ticks = mergeTicks(
    kept.map(({ tick }) => tick),
    place,
  );
  const file = segmentFile(dirname(seconds.file), { first, isMerged: true });
  const text = ticks.map((tick) => `${JSON.stringify(tick)}\n`).join('');
  if (text !== '' && !replaced(file, text)) return null;
  rmSync(seconds.file, { force: true });
  return text === '' ? [] : [{ file, first, last, bytes: Buffer.byteLength(text), isMerged: true }];
}

function replaced(file: string, text: string): boolean {
  try {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return true;
  } catch (error) {
    log('cannot merge old counts', error);
    rmSync(`${file}.new`, { force: true });
    return false;
  }
}
