import { type Judge, judgeTick, newJudge, verdictOf } from '../../src/rollout/analysis/judge.ts';
import type { JudgedTick } from '../../src/rollout/analysis/judged-tick.ts';
import { hypergeometricStep } from '../../src/rollout/analysis/hypergeometric-step.ts';
import { worseGrid } from '../../src/rollout/analysis/odds-grid.ts';
import type { Effort } from './healthy.ts';
import { randomFrom } from './random.ts';
import { table } from './race.ts';
import { simulateTick } from './world.ts';

const rounds = 15;
const perRound = 200;

/** CPU time, not time on the clock, because other work shares the machine; the median and the fastest of some rounds. */
export function costTable({ seed }: Effort): string {
  const random = randomFrom(seed);
  const ticks = Array.from({ length: 20 }, () =>
    simulateTick(random, {
      requests: 100_000,
      share: 0.1,
      candidateErrors: 0.005,
      stableErrors: 0.005,
    }),
  );
  let judge: Judge = newJudge({ margin: 1.25, hold: 0.1, rollBack: 0.01, healthyBelow: 2 });
  const measured = {
    'five e-processes alone (p50, p75, p90, p95, p99)': (tick: JudgedTick) => fiveSteps(tick),
    'judgeTick: errors, five cut points, all proofs of health, dispersion of nine replicas': (
      tick: JudgedTick,
    ) => {
      judge = judgeTick(judge, tick);
    },
    verdictOf: () => {
      verdictOf(judge);
    },
  };
  return table(
    ['', 'median µs', 'fastest µs'],
    Object.entries(measured).map(([name, work]) => [name, ...cpuOf(ticks, work)]),
  );
}

function fiveSteps({ candidate, stable }: JudgedTick): void {
  for (const [point, bad] of candidate.slower.entries())
    hypergeometricStep(
      {
        candidate: { requests: candidate.requests, bad },
        stable: { requests: stable.requests, bad: stable.slower[point]! },
      },
      1.25,
      worseGrid,
    );
}

function cpuOf(ticks: readonly JudgedTick[], work: (tick: JudgedTick) => void): string[] {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let index = 0; index < perRound; index += 1) work(ticks[index % ticks.length]!);
    times.push(process.cpuUsage(before).user / perRound);
  }
  times.sort((one, other) => one - other);
  return [times[Math.floor(rounds / 2)]!, times[0]!].map((time) => time.toFixed(1));
}
