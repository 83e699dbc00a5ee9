import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { segmentFile, ticksIn, type KeptTick, type Segment } from './segment-files.ts';

/** The file of a journal that grows. */
export interface GrowingSegment {
  /** What it is so far. */
  segment(): Segment;
  /** All of it or nothing, then it throws. */
  append(number: number, line: Buffer): void;
  after(number: number): Iterable<{ tick: KeptTick; chars: number }>;
  close(): void;
}

/** A new file; it remembers where each tick begins, so that a reader who keeps up costs little. */
export function growingSegment(directory: string, first: number): GrowingSegment {
  const file = segmentFile(directory, { first, isMerged: false });
  const handle = openSync(file, 'a', 0o600);
  const starts: { number: number; offset: number }[] = [];
  let [last, bytes] = [0, 0];

  return {
    segment: () => ({ file, first, last, bytes, isMerged: false }),

    append(number, line) {
      try {
        for (let done = 0; done < line.length;) done += writeSync(handle, line, done);
      } catch (error) {
        ftruncateSync(handle, bytes);
        throw error;
      }
      starts.push({ number, offset: bytes });
      last = number;
      bytes += line.length;
    },

    *after(number) {
      const start = starts[starts.findLastIndex((known) => known.number <= number) + 1];
      if (start !== undefined)
        yield* ticksIn(file, { after: number, from: start.offset, to: bytes });
    },

    close: () => closeSync(handle),
  };
}
