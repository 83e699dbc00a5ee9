import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Tick, TrafficCount, Ticks } from '../../traffic.ts';
import { keptTotals } from './kept-totals.ts';
import type { KeptTick } from './segment-files.ts';
import { tickSegments } from './tick-segments.ts';

export interface TickJournal {
  /**
   * One tick more, on disk when it returns (not flushed: a power cut may take the last seconds). No counts: no
   * tick. Throws when the disk does not take it; then nothing was added.
   */
  add(second: number, counts: readonly TrafficCount[]): void;
  /** What came after this number (null: all that is kept), oldest first. To ask is to say that all before has arrived. */
  read(after: number | null, atMost: number): Ticks;
  /** The sums of all there ever were, without what has had no traffic for a day. */
  totals(): TrafficCount[];
  close(): void;
}

export interface TickJournalOptions {
  /** Made if it is not there. One process at a time may have it open. */
  directory: string;
  /** Of all ticks on disk together. */
  limitBytes?: number;
  /** The id of the gateway whose ticks these are. */
  gateway: string;
  now?: () => number;
}

const usualLimitBytes = 64 * 1024 * 1024;
/** An answer that is longer ends early, after one tick at least. */
const answerChars = 8 * 1024 * 1024;

/**
 * The counts of a gateway until a controller has read them, over every restart. Beyond its limit it forgets
 * first what was read, then merges the oldest seconds into minutes, then forgets the oldest of all.
 */
export function tickJournal(options: TickJournalOptions): TickJournal {
  const { directory, gateway, limitBytes = usualLimitBytes, now = Date.now } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const totals = keptTotals({ file: join(directory, 'totals.json'), now });
  // A merged tick must not be half in the saved totals.
  const segments = tickSegments({ directory, limitBytes, beforeMerging: () => totals.save() });
  for (const { tick } of segments.after(totals.number())) totals.add(tick);

  let last = Math.max(segments.last(), totals.number());
  // A power cut may have taken ticks that were read: by the clock, no number is given twice.
  let next = Math.max(last + 1, Math.floor(now() / 1000));

  return {
    add(second, counts) {
      if (counts.length === 0) return;
      const tick = { number: next, previous: last, second, seconds: 1, counts: [...counts] };
      const bytes = segments.append(tick);
      last = next;
      next += 1;
      totals.add(tick);
      totals.saveIfDue(bytes);
    },

    read(after, atMost) {
      if (after !== null) segments.readerIsAt({ received: after });
      const found = collect(segments.after(after ?? -1), { after, atMost });
      segments.readerIsAt({ handedOut: found.ticks.at(-1)?.number ?? 0 });
      return { gateway, ...found };
    },

    totals: () => totals.all(),

    close() {
      totals.save();
      segments.close();
    },
  };
}

function collect(
  kept: Iterable<{ tick: KeptTick; chars: number }>,
  { after, atMost }: { after: number | null; atMost: number },
): Omit<Ticks, 'gateway'> {
  const ticks: Tick[] = [];
  let reached = after;
  let lost = 0;
  let length = 0;
  for (const { tick, chars } of kept) {
    if (ticks.length >= atMost || (ticks.length > 0 && length + chars > answerChars)) break;
    const { previous, ...plain } = tick;
    // Of a merged tick only the whole can be told; who has some of it already would count that twice.
    const isHalfKnown = reached !== null && tick.seconds > 1 && previous < reached;
    if (isHalfKnown) lost += tick.number - reached!;
    else {
      if (reached !== null) lost += Math.max(0, previous - reached);
      ticks.push(plain);
      length += chars;
    }
    reached = tick.number;
  }
  return { ticks, lost };
}
