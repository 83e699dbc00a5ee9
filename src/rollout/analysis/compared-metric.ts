import { phiOf, type Dispersion, noDispersion, withReplicas } from './dispersion.ts';
import { type EProcess, grown, logE, newEProcess } from './e-process.ts';
import { hypergeometricStep } from './hypergeometric-step.ts';
import type { BadCounts } from './judged-tick.ts';
import { worseGrid } from './odds-grid.ts';
import { proveHealth } from './prove-health.ts';

/** All that is kept of one kind of bad request. Plain JSON. */
export interface ComparedMetric {
  candidate: BadCounts;
  stable: BadCounts;
  worse: EProcess;
  healthy: EProcess;
  dispersion: Dispersion;
  /** The two sums of Mantel and Haenszel's ratio of rates. */
  weighted: { candidate: number; stable: number };
}

export const newMetric: ComparedMetric = {
  candidate: { requests: 0, bad: 0 },
  stable: { requests: 0, bad: 0 },
  worse: newEProcess(),
  healthy: newEProcess(),
  dispersion: noDispersion,
  weighted: { candidate: 0, stable: 0 },
};

interface ComparedTick {
  candidate: BadCounts;
  stable: BadCounts;
  replicas: readonly BadCounts[];
}

/** With one more tick. Counts of a tick in which one arm had no requests are kept, and are no evidence. */
export function compare(
  metric: ComparedMetric,
  { candidate, stable, replicas }: ComparedTick,
  { margin, healthyBelow }: { margin: number; healthyBelow: number },
): ComparedMetric {
  const dispersion = withReplicas(metric.dispersion, replicas);
  const counted = {
    ...metric,
    dispersion,
    candidate: added(metric.candidate, candidate),
    stable: added(metric.stable, stable),
  };
  const all = candidate.requests + stable.requests;
  if (candidate.requests === 0 || stable.requests === 0 || candidate.bad + stable.bad === 0)
    return counted;
  const arms = { candidate, stable };
  return {
    ...counted,
    worse: grown(metric.worse, hypergeometricStep(arms, margin, worseGrid)),
    healthy: proveHealth(metric.healthy, arms, healthyBelow),
    weighted: {
      candidate: metric.weighted.candidate + (candidate.bad * stable.requests) / all,
      stable: metric.weighted.stable + (stable.bad * candidate.requests) / all,
    },
  };
}

const added = (sum: BadCounts, more: BadCounts): BadCounts => ({
  requests: sum.requests + more.requests,
  bad: sum.bad + more.bad,
});

/** ln E against "no worse than the margin". */
export const logWorse = ({ worse, dispersion }: ComparedMetric): number =>
  logE(worse, phiOf(dispersion));

/** ln E against "as bad as what health excludes, or worse". */
export const logHealthy = ({ healthy, dispersion }: ComparedMetric): number =>
  logE(healthy, phiOf(dispersion));

/** How many times the stable release's rate; null where that is zero. */
export const rateRatioOf = ({ weighted }: ComparedMetric): number | null =>
  weighted.stable === 0 ? null : weighted.candidate / weighted.stable;
