import { slowerThan, type LatencyHistogram } from '../checks/report/latency-histogram.ts';
import type { LoadCounts, LoadResult } from '../checks/report/load-result.ts';
import type { ArmCounts, JudgedTick } from '../rollout/analysis/judged-tick.ts';
import { replay, type JudgeSettings } from '../rollout/analysis/judge.ts';
import type { Verdict } from '../rollout/analysis/verdict.ts';
import { cutShares } from '../rollout/gather-ticks.ts';

export interface LoadsToCompare {
  candidate: LoadResult;
  /** Of a release. */
  stable: LoadResult;
}

/** Everything that a verdict is made from; `replay` makes it again. */
export interface LoadCompared {
  settings: JudgeSettings;
  /** In microseconds; [] where one of both has no latencies. */
  cutPoints: number[];
  ticks: JudgedTick[];
  verdict: Verdict;
}

/** Rolled back from 0.01 on, as releases are. */
export const loadSettings: JudgeSettings = {
  margin: 1.25,
  hold: 0.1,
  rollBack: 0.01,
  healthyBelow: 2,
};

/**
 * Two load results compared by the engine that judges canaries: bad requests, and those slower than five points of the
 * stable release's own latencies. Second by second where both have about as many, else in one piece. Pure. Throws a plain Error for counts that nobody can have measured.
 */
export function compareLoad({ candidate, stable }: LoadsToCompare): LoadCompared {
  const cutPoints = cutPointsOf(stable, candidate);
  const count = ticksInCommon(candidate, stable);
  const ticks = Array.from({ length: count ?? 1 }, (_, index): JudgedTick => {
    const arm = (of: LoadCounts): ArmCounts => armOf(of, cutPoints);
    const partOf = (load: LoadResult): LoadCounts | undefined =>
      count === null ? load : load.ticks[index];
    const nothing = { requests: 0, bad: 0, seconds: null, buckets: [] };
    return {
      candidate: arm(partOf(candidate) ?? nothing),
      stable: arm(partOf(stable) ?? nothing),
      replicas: [],
      extra: {},
      share: null,
    };
  });
  const { verdict } = replay(loadSettings, ticks);
  return { settings: loadSettings, cutPoints, ticks, verdict };
}

/** Two runs of one script end a little earlier or later; null: these two cannot be laid side by side. */
function ticksInCommon({ ticks: ours }: LoadResult, { ticks: theirs }: LoadResult): number | null {
  const [fewer, more] = [
    Math.min(ours.length, theirs.length),
    Math.max(ours.length, theirs.length),
  ];
  return fewer >= 2 && more - fewer <= more * mostDifference ? fewer : null;
}

const mostDifference = 0.1;

function cutPointsOf(stable: LoadResult, candidate: LoadResult): number[] {
  const measured = sum(stable.buckets);
  if (measured === 0 || sum(candidate.buckets) === 0) return [];
  return cutShares.map((share) => quantile(stable.buckets, share * measured));
}

const sum = (buckets: LatencyHistogram): number =>
  buckets.reduce((total, [, count]) => total + count, 0);

/** The bound below which so many requests are. */
function quantile(buckets: LatencyHistogram, rank: number): number {
  let seen = 0;
  for (const [upperUs, count] of buckets) {
    seen += count;
    if (seen >= rank) return upperUs;
  }
  return buckets.at(-1)?.[0] ?? 0;
}

function armOf({ requests, bad, buckets }: LoadCounts, cutPoints: readonly number[]): ArmCounts {
  return { requests, bad, slower: cutPoints.map((cut) => slowerThan(buckets, cut)) };
}
