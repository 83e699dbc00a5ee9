import { argo, newArgoRun } from '../../src/rollout/analysis/argo.ts';
import { oneSidedDirichlet } from '../../src/rollout/analysis/dirichlet.ts';
import { flagger, newFlaggerCanary } from '../../src/rollout/analysis/flagger.ts';
import {
  type JudgeSettings,
  judgeTick,
  newJudge,
  verdictOf,
} from '../../src/rollout/analysis/judge.ts';
import type { ArmCounts } from '../../src/rollout/analysis/judged-tick.ts';
import { classifyMetric } from '../../src/rollout/analysis/kayenta.ts';
import type { Verdict } from '../../src/rollout/analysis/verdict.ts';
import type { SimulatedTick } from './world.ts';

/** A judge in a race: after how many ticks it acts on a release; null: it never does. */
export interface Contender {
  name: string;
  /** It takes so long that it sees fewer hours. */
  isSlow?: boolean;
  actsAfter(ticks: readonly SimulatedTick[]): number | null;
}

const defaults: JudgeSettings = { margin: 1.25, hold: 0.1, rollBack: 0.01, healthyBelow: 2 };

interface OursOptions {
  settings?: Partial<JudgeSettings>;
  /** Which actions count. */
  when?: readonly Verdict['action'][];
  /** Parts of what it is told that are kept from it. */
  without?: readonly ('latency' | 'replicas' | 'share')[];
}

export function ours(
  name: string,
  { settings, when = ['roll back'], without = ['share'] }: OursOptions = {},
): Contender {
  const told = (tick: SimulatedTick): SimulatedTick => ({
    ...tick,
    ...(without.includes('latency')
      ? {
          candidate: { ...tick.candidate, slower: [] },
          stable: { ...tick.stable, slower: [] },
        }
      : {}),
    ...(without.includes('replicas') ? { replicas: [] } : {}),
    ...(without.includes('share') ? { share: null } : {}),
  });
  return {
    name,
    actsAfter(ticks) {
      let judge = newJudge({ ...defaults, ...settings });
      for (const [index, tick] of ticks.entries()) {
        judge = judgeTick(judge, told(tick));
        if (when.includes(verdictOf(judge).action)) return index + 1;
      }
      return null;
    },
  };
}

const rate = (arm: { requests: number; bad: number }): number =>
  arm.requests === 0 ? Number.NaN : arm.bad / arm.requests;

/** Looks at every tick, at all points from the beginning, for an increase. */
export function kayenta(
  name: string,
  { from, baseline }: { from: number; baseline: 'stable' | 'twin' },
): Contender {
  return {
    name,
    isSlow: true,
    actsAfter(ticks) {
      const experiment = ticks.map((tick) => rate(tick.candidate));
      const control = ticks.map((tick) => rate(tick[baseline]));
      for (let points = from; points <= ticks.length; points += 1) {
        const { classification } = classifyMetric({
          name: 'errors',
          group: 'all',
          direction: 'increase',
          experiment: experiment.slice(0, points),
          control: control.slice(0, points),
        });
        if (classification === 'HIGH') return points;
      }
      return null;
    },
  };
}

/** The usual YAML: at least 99 % of the candidate's requests are good, failureLimit 3, asked at every tick. */
export function argoThreshold(name: string, windowTicks: number): Contender {
  const metric = { isSuccess: (share: number) => share >= 0.99, failureLimit: 3 };
  return {
    name,
    actsAfter(ticks) {
      let run = newArgoRun;
      for (let index = 0; index < ticks.length; index += 1) {
        const seen = sum(ticks.slice(Math.max(0, index - windowTicks + 1), index + 1));
        run = argo(run, metric, seen.requests === 0 ? null : 1 - rate(seen));
        if (run.phase === 'Failed' || run.phase === 'Error') return index + 1;
      }
      return null;
    },
  };
}

/** Every minute: at least 99 % good, threshold 5, steps so small that the hour ends before the ramp. */
export function flaggerThreshold(name: string, ticksPerMinute: number): Contender {
  return {
    name,
    actsAfter(ticks) {
      let canary = newFlaggerCanary;
      for (let end = ticksPerMinute; end <= ticks.length; end += ticksPerMinute) {
        const seen = sum(ticks.slice(end - ticksPerMinute, end));
        const value = seen.requests === 0 ? null : 100 * (1 - rate(seen));
        const analysis = { threshold: 5, stepWeight: 1, maxWeight: 100 };
        canary = flagger(canary, analysis, [{ value, least: 99 }]);
        if (canary.phase === 'Failed') return end;
      }
      return null;
    },
  };
}

/** Lindon and Malek's test of pooled counts against the share of the traffic so far. */
export function pooledDirichlet(name: string, alpha: number): Contender {
  return {
    name,
    actsAfter(ticks) {
      const all = { candidate: 0, stable: 0, candidateBad: 0, stableBad: 0 };
      for (const [index, { candidate, stable }] of ticks.entries()) {
        all.candidate += candidate.requests;
        all.stable += stable.requests;
        all.candidateBad += candidate.bad;
        all.stableBad += stable.bad;
        if (all.candidate === 0 || all.stable === 0) continue;
        const log = oneSidedDirichlet({
          candidate: all.candidateBad,
          stable: all.stableBad,
          share: all.candidate / (all.candidate + all.stable),
          kappa: 11.6,
        });
        if (log >= Math.log(1 / alpha)) return index + 1;
      }
      return null;
    },
  };
}

const sum = (ticks: readonly { candidate: ArmCounts }[]): { requests: number; bad: number } => {
  let requests = 0;
  let bad = 0;
  for (const { candidate } of ticks) {
    requests += candidate.requests;
    bad += candidate.bad;
  }
  return { requests, bad };
};
