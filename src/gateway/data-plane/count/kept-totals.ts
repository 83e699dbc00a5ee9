import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Tick, TrafficCount } from '../../traffic.ts';
import { log } from '../log.ts';
import { addCounts, keyOf, type CountSums } from './merge-counts.ts';

export interface KeptTotals {
  add(tick: Tick): void;
  all(): TrafficCount[];
  /** Of the last tick in them. */
  number(): number;
  save(): void;
  /** Every minute with traffic, or less often where the file would be much of what is written. */
  saveIfDue(bytesAppended: number): void;
}

interface Saved {
  number: number;
  lines: { seenAt: number; count: TrafficCount }[];
}

const saveAfterTicks = 60;
/** Versions and instances come and go with every deploy; metrics need not remember them for ever. */
const forgetAfterMs = 24 * 3_600_000;
const linesKept = 20_000;

/** The sums of all ticks, on disk as they were at some tick; the journal has those since. */
export function keptTotals({ file, now }: { file: string; now: () => number }): KeptTotals {
  const sums: CountSums = new Map();
  const seenAt = new Map<string, number>();
  let { number, lines } = readSaved(file);
  for (const line of lines) {
    sums.set(keyOf(line.count), line.count);
    seenAt.set(keyOf(line.count), line.seenAt);
  }
  lines = [];
  let [ticksSince, bytesSince, savedBytes] = [0, 0, 0];

  function forgetIdle(): void {
    const oldest = [...seenAt].sort(([, one], [, other]) => other - one);
    for (const [index, [key, at]] of oldest.entries()) {
      if (index < linesKept && at > now() - forgetAfterMs) continue;
      sums.delete(key);
      seenAt.delete(key);
    }
  }

  function save(): void {
    forgetIdle();
    [ticksSince, bytesSince] = [0, 0];
    const kept = [...sums].map(([key, count]) => ({ seenAt: seenAt.get(key) ?? now(), count }));
    const text = JSON.stringify({ number, lines: kept } satisfies Saved);
    savedBytes = text.length;
    try {
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (error) {
      log(`cannot write ${file}; after a restart the totals may be too small`, error);
    }
  }

  return {
    add(tick) {
      number = tick.number;
      addCounts(sums, tick.counts);
      for (const count of tick.counts) seenAt.set(keyOf(count), now());
    },
    all: () => [...sums.values()],
    number: () => number,
    save,
    saveIfDue(bytesAppended) {
      ticksSince += 1;
      bytesSince += bytesAppended;
      if (ticksSince >= saveAfterTicks && bytesSince >= savedBytes) save();
    },
  };
}

function readSaved(file: string): Saved {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Saved;
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew)
      log(`TOTALS LOST: ${file} cannot be read; metrics begin from what ticks are left`, error);
    return { number: 0, lines: [] };
  }
}
