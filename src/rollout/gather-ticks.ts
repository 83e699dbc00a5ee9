import {
  countsBySecond,
  firstSeconds,
  type SecondCounts,
} from '../environments/counts-by-second.ts';
import { bucketStart } from '../gateway/latency-bucket.ts';
import { mergeBuckets, quantile } from '../gateway/merge-buckets.ts';
import type { LatencyBuckets } from '../gateway/traffic.ts';
import type { ArmCounts, JudgedTick } from './analysis/judged-tick.ts';
import type { Lane } from './lane.ts';

/** A second in which both arms or one had requests, and what the judge may know of it. */
export interface GatheredTick {
  second: number;
  tick: JudgedTick;
}

interface Wanted {
  from: number;
  before: number;
  /** The share that the new release is given in these seconds, 0 to 1; null: it has just changed. */
  share: (second: number) => number | null;
  cutPoints: readonly number[] | null;
}

/** The seconds of a rollout from `from` to the one before `before`, oldest first. Reads only. */
export async function gatherTicks(lane: Lane, wanted: Wanted): Promise<GatheredTick[]> {
  const { world, order, deploy, stable } = lane;
  const { from, before } = wanted;
  if (stable === null || from >= before) return [];
  const of = { environment: order.environment, service: 'web', from, before };
  const counts = (await countsBySecond(world.db, of)).filter(
    (one) => one.deploy === deploy || one.deploy === stable,
  );
  if (counts.length === 0) return [];
  const bySecond = Map.groupBy(counts, ({ second }) => second);
  const isWarm = await warmth(lane);
  const ticks: GatheredTick[] = [];
  for (const [second, some] of bySecond) {
    const extra = await extraCounts(lane, second);
    // An instance whose caches are empty is slow, whatever its release is worth.
    const cutPoints = some.every(isWarm) ? wanted.cutPoints : null;
    ticks.push({
      second,
      tick: tickOf(some, { deploy, cutPoints, extra, share: wanted.share(second) }),
    });
  }
  return ticks;
}

/** Whether an instance of the new release has been asked for long enough; those of the old one have. */
async function warmth({
  world,
  order,
  deploy,
  settings,
}: Lane): Promise<(counts: SecondCounts) => boolean> {
  const of = { environment: order.environment, service: 'web', deploy };
  const first = await firstSeconds(world.db, of);
  return ({ deploy: whose, instance, second }) =>
    whose !== deploy || second >= (first.get(instance) ?? second) + settings.judge.warmUpMs / 1000;
}

async function extraCounts(
  { world, order, deploy, stable }: Lane,
  second: number,
): Promise<JudgedTick['extra']> {
  const extra: Record<string, JudgedTick['extra'][string]> = {};
  for (const source of world.metricSources ?? []) {
    const arms = { environment: order.environment, candidate: deploy, stable: stable ?? '' };
    const counts = await source.counts({ ...arms, from: second, before: second + 1 });
    if (counts) extra[source.name] = counts;
  }
  return extra;
}

function tickOf(
  counts: readonly SecondCounts[],
  of: {
    deploy: string;
    cutPoints: readonly number[] | null;
    extra: JudgedTick['extra'];
    share: number | null;
  },
): JudgedTick {
  const [candidate, stable] = [
    counts.filter(({ deploy }) => deploy === of.deploy),
    counts.filter(({ deploy }) => deploy !== of.deploy),
  ];
  return {
    candidate: armOf(candidate, of.cutPoints),
    stable: armOf(stable, of.cutPoints),
    replicas: stable.map((one) => armOf([one], of.cutPoints)),
    extra: of.extra,
    share: of.share,
    newcomers: { candidate: newcomersOf(candidate), stable: newcomersOf(stable) },
  };
}

const newcomersOf = (counts: readonly SecondCounts[]): number =>
  sum(counts.map(({ newcomers }) => newcomers));

function armOf(counts: readonly SecondCounts[], cutPoints: readonly number[] | null): ArmCounts {
  return {
    requests: sum(counts.map(({ requests }) => requests)),
    bad: sum(counts.map(({ bad }) => bad)),
    slower: (cutPoints ?? []).map((cut) =>
      sum(counts.map(({ latency }) => slowerThan(latency, cut))),
    ),
  };
}

const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0);

/** A bucket counts as slower when it begins at the cut point or after it. */
const slowerThan = (latency: LatencyBuckets, cut: number): number =>
  sum(latency.map(([bucket, count]) => (bucketStart(bucket) >= cut ? count : 0)));

/** Of the old release's latencies, where the new one's are compared with them. */
export const cutShares: readonly number[] = [0.5, 0.75, 0.9, 0.95, 0.99];
/** With fewer requests the 99th percentile would be the slowest one or two. */
const leastRequests = 200;

/**
 * Where the stable release's own past is cut for latency: p50, p75, p90, p95 and p99, in microseconds (section 3.4 of
 * the design), each later by what nobody minds. null: it has had too few requests in that time.
 */
export async function cutPointsOf(
  lane: Lane,
  { from, before }: { from: number; before: number },
): Promise<number[] | null> {
  const { world, order, stable } = lane;
  if (stable === null) return null;
  const of = { environment: order.environment, service: 'web', from, before };
  const past = (await countsBySecond(world.db, of)).filter(({ deploy }) => deploy === stable);
  if (sum(past.map(({ requests }) => requests)) < leastRequests) return null;
  const all = past.reduce<LatencyBuckets>((one, { latency }) => mergeBuckets(one, latency), []);
  const slackUs = lane.settings.judge.slackMs * 1000;
  const cuts = cutShares.flatMap((share) => {
    const at = quantile(all, share);
    return at === null ? [] : [at + slackUs];
  });
  return cuts.length === cutShares.length ? cuts : null;
}
