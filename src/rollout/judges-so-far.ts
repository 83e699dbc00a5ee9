import type { Queryable } from '../db/pool.ts';
import { judgeTick, newJudge, type Judge } from './analysis/judge.ts';
import { judgeSettings } from './evidence-so-far.ts';
import type { Rollout } from './rollout.ts';
import { judgedTicks } from './tick-tables.ts';

/** The judge after the last second that was written down. */
export interface JudgeSoFar {
  judge: Judge;
  /** The number of that second; 0: there is none. */
  tick: number;
}

export interface JudgesSoFar {
  /** All rows of the rollout are judged when it resolves, in order and each once. Repeatable, also at once. */
  of(rollout: Pick<Rollout, 'id' | 'settings'>): Promise<JudgeSoFar>;
  /** The next time it begins anew. */
  forget(rollout: string): void;
}

/** So many ticks take about ten milliseconds, in which nobody else is served. */
const ticksAtOnce = 200;
const rolloutsKept = 30;

/**
 * Judges made again from the rows alone. They are kept in memory and go on from where they were, because a rollout of
 * hours takes half a second to judge and is asked for every second. Rows are only ever added, so none is out of date.
 */
export function judgesSoFar(db: Queryable): JudgesSoFar {
  const known = new Map<string, Promise<JudgeSoFar>>();
  return {
    of({ id, settings }) {
      const begin = (): JudgeSoFar => ({ judge: newJudge(judgeSettings(settings)), tick: 0 });
      const before = known.get(id)?.catch(begin) ?? Promise.resolve().then(begin);
      const now = before.then((judge) => goOn(db, id, judge));
      known.delete(id);
      known.set(id, now);
      const [oldest = id] = known.keys();
      if (known.size > rolloutsKept) known.delete(oldest);
      return now;
    },
    forget: (rollout) => void known.delete(rollout),
  };
}

async function goOn(db: Queryable, id: string, before: JudgeSoFar): Promise<JudgeSoFar> {
  let now = before;
  for (;;) {
    const ticks = await judgedTicks.some(db, id, { after: now.tick, limit: ticksAtOnce });
    for (const { tick, counts } of ticks) now = { judge: judgeTick(now.judge, counts), tick };
    if (ticks.length < ticksAtOnce) return now;
  }
}
