import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { TrafficCount, Ticks } from '../traffic.ts';
import { mergeCounts } from './count/merge-counts.ts';
import { tickJournal } from './count/tick-journal.ts';
import { log } from './log.ts';

export interface TrafficRecord {
  note(counts: TrafficCount[]): void;
  /** What was noted since the last call becomes the tick of this second. */
  tick(second: number): void;
  read(after: number | null): Ticks;
  totals(): TrafficCount[];
  close(): void;
}

const directory = 'ticks';
const ticksAtMost = 300;

/** What the workers counted, merged by the second and kept on disk until a controller has read it. */
export function trafficRecord(): TrafficRecord {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const journal = tickJournal({ directory, gateway: gatewayId() });
  let noted: TrafficCount[][] = [];
  return {
    note(counts) {
      if (counts.length > 0) noted.push(counts);
    },

    tick(second) {
      if (noted.length === 0) return;
      const counts = mergeCounts(noted);
      try {
        journal.add(second, counts);
        noted = [];
      } catch (error) {
        // A full disk, say: the counts go into a later tick, merged so that they stay few.
        noted = [counts];
        log('the counts of a second were not written', error);
      }
    },

    read: (after) => journal.read(after, ticksAtMost),
    totals: () => journal.totals(),
    close: () => journal.close(),
  };
}

/** Lives and dies with the ticks: who reads on by their numbers learns from it that they begin anew. */
function gatewayId(): string {
  const file = `${directory}/gateway-id`;
  try {
    const id = readFileSync(file, 'utf8').trim();
    if (id !== '') return id;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const id = randomUUID();
  writeFileSync(file, `${id}\n`, { mode: 0o600 });
  return id;
}
