import { setTimeout as pause } from 'node:timers/promises';
import { mergeHistograms, type LatencyHistogram } from '../checks/report/latency-histogram.ts';
import type { LoadCounts, LoadResult } from '../checks/report/load-result.ts';
import { countsBySecond } from '../environments/counts-by-second.ts';
import { recordTraffic } from '../environments/record-traffic.ts';
import type { World } from '../environments/world.ts';
import { bucketStart } from '../gateway/latency-bucket.ts';
import type { LatencyBuckets } from '../gateway/traffic.ts';

/** A second is settled when it has ended this long ago: workers of the gateway tell their counts by then. */
const settledMs = 2_000;

/**
 * What the gateway counted for a deploy in an environment while a test ran, as the test's load result; requests of others
 * meanwhile are among them. Waits until the last second has settled. Repeatable for as long as seconds are kept.
 */
export async function gatewayLoad(
  world: Pick<World, 'db' | 'gateway' | 'log'>,
  of: { environment: string; deploy: string; startedAt: Date; endedAt: Date },
): Promise<LoadResult> {
  await pause(Math.min(Math.max(of.endedAt.getTime() + settledMs - Date.now(), 0), settledMs));
  await recordTraffic(world);
  const from = Math.floor(of.startedAt.getTime() / 1000);
  const before = Math.floor(of.endedAt.getTime() / 1000) + 1;
  const { environment } = of;
  const all = await countsBySecond(world.db, { environment, service: 'web', from, before });
  const bySecond = Map.groupBy(
    all.filter(({ deploy }) => deploy === of.deploy),
    ({ second }) => second,
  );
  const ticks = [...bySecond.values()].map((some): LoadCounts => ({
    requests: sum(some.map(({ requests }) => requests)),
    bad: sum(some.map(({ bad }) => bad)),
    seconds: 1,
    buckets: mergeHistograms(...some.map(({ latency }) => histogramOf(latency))),
  }));
  const requests = sum(ticks.map((tick) => tick.requests));
  return {
    requests,
    bad: sum(ticks.map(({ bad }) => bad)),
    seconds: before - from,
    buckets: mergeHistograms(...ticks.map(({ buckets }) => buckets)),
    ticks,
    missing: requests === 0 ? ['it made no requests through the gateway'] : [],
  };
}

const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

const histogramOf = (buckets: LatencyBuckets): LatencyHistogram =>
  mergeHistograms(
    buckets.map(([bucket, count]): LatencyHistogram[number] => [
      Math.ceil(bucketStart(bucket + 1)),
      count,
    ]),
  );
