import type { Queryable } from '../db/pool.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { judgeTick, newJudge, verdictOf } from './analysis/judge.ts';
import type { Verdict } from './analysis/verdict.ts';
import { judgeSettings } from './evidence-so-far.ts';
import type { Rollout } from './rollout.ts';
import type { RolloutTick } from './rollout.ts';
import { rollouts, rolloutTicks } from './tables.ts';

export interface Replay {
  rollout: Rollout;
  ticks: number;
  /** After the last tick; null: there was none. */
  verdict: Verdict | null;
  /** Where what is recomputed is not what was written down. None: everybody comes to the same verdict. */
  differences: Difference[];
}

export interface Difference {
  tick: number;
  /** `action`, or the name of a metric. */
  what: string;
  stored: string;
  recomputed: string;
}

/** What the judge decided, made again from the rows of a rollout alone. Reads only. Refuses with `rollout/unknown`. */
export async function replayRollout(db: Queryable, id: string): Promise<Replay> {
  const rollout = await rollouts.get(db, id);
  if (!rollout) throw unknownRollout(id);
  const ticks = await rolloutTicks.of(db, id);
  let judge = newJudge(judgeSettings(rollout.settings));
  let verdict: Verdict | null = null;
  const differences: Difference[] = [];
  for (const tick of ticks) {
    judge = judgeTick(judge, tick.counts);
    verdict = verdictOf(judge);
    differences.push(...compared(tick, verdict));
  }
  return { rollout, ticks: ticks.length, verdict, differences };
}

function compared({ tick, action, e }: RolloutTick, verdict: Verdict): Difference[] {
  const acted = { tick, what: 'action', stored: action, recomputed: verdict.action };
  const recomputed = new Map(verdict.evidence.map(({ metric, eLog }) => [metric, eLog]));
  const metrics = new Set([...recomputed.keys(), ...Object.keys(e)]);
  const others = [...metrics].map((what) => {
    const [was, is] = [Object.hasOwn(e, what) ? e[what] : undefined, recomputed.get(what)];
    return {
      tick,
      what,
      stored: was ?? 'nothing',
      recomputed: is === undefined ? 'nothing' : String(is),
    };
  });
  return [acted, ...others].filter(({ stored, recomputed }) => !isSame(stored, recomputed));
}

/** Another processor may round the last digit of a logarithm otherwise. */
function isSame(stored: string, recomputed: string): boolean {
  if (stored === recomputed) return true;
  const [one, other] = [Number(stored), Number(recomputed)];
  return Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one));
}

export const unknownRollout = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'rollout/unknown',
    what: `There is no rollout ${id}.`,
    fix: ['signalbox rollout list'],
  });
