import { inTransaction, type Database } from '../db/pool.ts';
import { mergeBuckets } from '../gateway/merge-buckets.ts';
import type { LatencyBuckets } from '../gateway/traffic.ts';
import type { Clock } from '../kernel/clock.ts';
import { bucketBytes, bucketsOf } from './bucket-bytes.ts';
import { lately } from './lately-tables.ts';
import { traffic, type TrafficRow } from './traffic-tables.ts';

const hourMs = 3_600_000;
const secondsKeptMs = 2 * hourMs;
const minutesKeptMs = 7 * 24 * hourMs;
/** Bounds one run; what is left waits for the next. */
const minutesAtOnce = 120;

/**
 * Counts older than two hours are per minute, and those older than seven days are gone. Each minute is merged in
 * one transaction: nothing is lost or doubled, whoever else does it or dies. Repeatable.
 */
export async function forgetOldTraffic(world: { db: Database; clock: Clock }): Promise<void> {
  const before = (ms: number): Date => new Date(world.clock.now().getTime() - ms);
  await lately.forgetBefore(world.db, before(hourMs));
  const cutoff = before(secondsKeptMs);
  cutoff.setUTCSeconds(0, 0);
  for (const { at } of await traffic.minutesInSeconds(world.db, cutoff, minutesAtOnce)) {
    await inTransaction(world.db, async (tx) => {
      const seconds = await traffic.takeMinute(tx, at);
      await traffic.add(
        tx,
        [...Map.groupBy(seconds, ({ line }) => line).values()].map(minuteOf(at)),
      );
    });
  }
  if ((await traffic.forgetBefore(world.db, before(minutesKeptMs))) === 0) return;
  await inTransaction(world.db, async (tx) => {
    // Nobody records meanwhile, or a line could go that has just been found.
    await traffic.lockCursor(tx);
    await traffic.forgetEmptyLines(tx);
  });
}

const minuteOf =
  (at: Date) =>
  (seconds: readonly TrafficRow[]): TrafficRow => {
    const sum = (name: NumberName): number => seconds.reduce((total, row) => total + row[name], 0);
    return {
      line: seconds[0]!.line,
      seconds: 60,
      at,
      requests: sum('requests'),
      success: sum('success'),
      redirect: sum('redirect'),
      clientError: sum('clientError'),
      serverError: sum('serverError'),
      refused: sum('refused'),
      aborted: sum('aborted'),
      failed: sum('failed'),
      retried: sum('retried'),
      bad: sum('bad'),
      badUsers: sum('badUsers'),
      newcomers: sum('newcomers'),
      bytesIn: sum('bytesIn'),
      bytesOut: sum('bytesOut'),
      firstByte: merged(seconds.map(({ firstByte }) => firstByte)),
      total: merged(seconds.map(({ total }) => total)),
    };
  };

type NumberName = Exclude<keyof TrafficRow, 'at' | 'firstByte' | 'total'>;

const merged = (all: readonly Buffer[]): Buffer =>
  bucketBytes(all.map((bytes) => bucketsOf(bytes)).reduce(mergeBuckets, [] as LatencyBuckets));
