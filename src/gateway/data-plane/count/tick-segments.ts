import { log } from '../log.ts';
import { growingSegment, type GrowingSegment } from './growing-segment.ts';
import { makeRoom, type ReaderPlace } from './make-room.ts';
import { findSegments, ticksIn, type KeptTick } from './segment-files.ts';

export interface TickSegments {
  /** How many bytes it took. Throws when the disk did not take it all; then it took nothing. */
  append(tick: KeptTick): number;
  after(number: number): Iterable<{ tick: KeptTick; chars: number }>;
  /** The number of the last tick, 0 for none. */
  last(): number;
  readerIsAt(place: { received?: number; handedOut?: number }): void;
  close(): void;
}

const files = 16;

/** The files of a journal. Each run begins one of its own, so what a killed one has torn stays as it is. */
export function tickSegments(options: {
  directory: string;
  limitBytes: number;
  beforeMerging: () => void;
}): TickSegments {
  const { directory, limitBytes, beforeMerging } = options;
  let closed = findSegments(directory);
  let growing: GrowingSegment | null = null;
  const place: ReaderPlace = { received: 0, handedOut: 0, lossIsSaid: false };

  function endGrowing(): void {
    if (growing === null) return;
    growing.close();
    if (growing.segment().bytes > 0) closed.push(growing.segment());
    growing = null;
  }

  function keepWithinLimit(): void {
    const [room, bytes] = [limitBytes - (growing?.segment().bytes ?? 0), total(closed)];
    if (bytes <= room) return;
    try {
      beforeMerging();
      while (closed.length > 0 && total(closed) > room) closed = makeRoom(closed, place);
    } catch (error) {
      log('cannot make room for counts', error);
    }
  }

  return {
    append(tick) {
      const line = Buffer.from(`${JSON.stringify(tick)}\n`);
      const isFull = (growing?.segment().bytes ?? 0) + line.length > limitBytes / files;
      if (isFull) endGrowing();
      growing ??= growingSegment(directory, tick.number);
      growing.append(tick.number, line);
      keepWithinLimit();
      return line.length;
    },

    *after(number) {
      for (const { file, last, bytes } of closed) {
        if (last > number) yield* ticksIn(file, { after: number, from: 0, to: bytes });
      }
      if (growing) yield* growing.after(number);
    },

    last: () => growing?.segment().last ?? closed.at(-1)?.last ?? 0,

    readerIsAt({ received = 0, handedOut = 0 }) {
      if (received > place.received) place.lossIsSaid = false;
      place.received = Math.max(place.received, received);
      place.handedOut = Math.max(place.handedOut, handedOut);
    },

    close: endGrowing,
  };
}

const total = (segments: readonly { bytes: number }[]): number =>
  segments.reduce((sum, { bytes }) => sum + bytes, 0);
