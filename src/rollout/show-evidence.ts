import type { Queryable } from '../db/pool.ts';
import { thresholdsOf, verdictOf } from './analysis/judge.ts';
import type { ArmCounts } from './analysis/judged-tick.ts';
import { judgeSettings } from './evidence-so-far.ts';
import type { JudgesSoFar } from './judges-so-far.ts';
import { unknownRollout } from './replay-rollout.ts';
import type { Rollout } from './rollout.ts';
import { addTick, widthFor, type SummedTicks } from './sum-ticks.ts';
import { rollouts } from './tables.ts';
import { judgedTicks, type ShownTick } from './tick-tables.ts';

/** What the judge of a rollout counted and concludes. Every e-value is a common logarithm here, and finite. */
export interface ShownEvidence {
  rollout: string;
  margin: number;
  thresholds: { hold: number; rollBack: number };
  cutPointsMs: number[];
  /** null: nothing was judged, or it is forgotten. */
  words: string | null;
  metrics: { metric: string; e: number; ratio: number | null }[];
  sampleRatio: { ok: boolean; p: number } | null;
  ticks: EvidenceTick[];
}

export interface EvidenceTick {
  /** The last that it sums up. */
  tick: number;
  /** When the first of them began. */
  at: Date;
  seconds: number;
  step: number;
  candidate: Arm;
  stable: Arm;
  action: string;
  e: Record<string, number>;
}

type Arm = Omit<ArmCounts, 'slower'> & { slower: number[] };

interface Asked {
  rollout: string;
  after?: number | undefined;
  points?: number | undefined;
}

const usualPoints = 600;
const fewestPoints = 10;
const mostPoints = 3600;

/**
 * From the rows alone. Without `after` all ticks, where there are more than `points` neighbours of one step in sums;
 * with `after` the oldest `points` after it, each by itself. A sum ends with the tick that it is named after, so who asks
 * again with the last `tick` they have gets every second once. Where one of the summed seconds was judged without
 * latency, the sum has no `slower`. Reads only. Refuses with `rollout/unknown`.
 */
export async function showEvidence(
  { db, judges }: { db: Queryable; judges: JudgesSoFar },
  { rollout: id, after, points = usualPoints }: Asked,
): Promise<ShownEvidence> {
  const rollout = await rollouts.get(db, id);
  if (!rollout) throw unknownRollout(id);
  if (!(await judgedTicks.last(db, id))) {
    judges.forget(id);
    return nothingJudged(rollout);
  }
  const { judge, tick: upTo } = await judges.of(rollout);
  const { words, evidence, sampleRatio } = verdictOf(judge);
  const limit = Math.min(Math.max(points, fewestPoints), mostPoints);
  const ticks =
    after === undefined
      ? await summed(db, id, { upTo, points: limit })
      : await judgedTicks.shown(db, id, { after, upTo, limit });
  return {
    ...nothingJudged(rollout),
    thresholds: inLogarithms(thresholdsOf(judge)),
    words,
    metrics: evidence.map(({ metric, eLog, ratio }) => ({ metric, e: commonLog(eLog), ratio })),
    sampleRatio,
    ticks: ticks.map(shown),
  };
}

function nothingJudged({ id, settings, cutPoints }: Rollout): ShownEvidence {
  return {
    rollout: id,
    margin: settings.judge.margin,
    thresholds: inLogarithms(thresholdsOf({ settings: judgeSettings(settings) })),
    cutPointsMs: (cutPoints ?? []).map((us) => us / 1000),
    words: null,
    metrics: [],
    sampleRatio: null,
    ticks: [],
  };
}

/** So many rows are made objects without anybody else waiting long. */
const rowsAtOnce = 1000;

async function summed(
  db: Queryable,
  id: string,
  { upTo, points }: { upTo: number; points: number },
): Promise<SummedTicks[]> {
  const width = widthFor(await judgedTicks.ofSteps(db, id, upTo), points);
  const sums: SummedTicks[] = [];
  for (let after = 0; ; after = sums.at(-1)?.tick ?? upTo) {
    const ticks = await judgedTicks.shown(db, id, { after, upTo, limit: rowsAtOnce });
    for (const tick of ticks) addTick(sums, tick, width);
    if (ticks.length < rowsAtOnce) return sums;
  }
}

const shown = ({ second, e, ...tick }: ShownTick & { seconds?: number }): EvidenceTick => ({
  seconds: 1,
  ...tick,
  candidate: { ...tick.candidate, slower: [...tick.candidate.slower] },
  stable: { ...tick.stable, slower: [...tick.stable.slower] },
  at: new Date(second * 1000),
  e: Object.fromEntries(Object.entries(e).map(([metric, log]) => [metric, commonLog(Number(log))])),
});

const inLogarithms = ({ hold, rollBack }: { hold: number; rollBack: number }) => ({
  hold: finite(Math.log10(hold)),
  rollBack: finite(Math.log10(rollBack)),
});

const commonLog = (naturalLog: number): number => finite(naturalLog / Math.LN10);

/** JSON knows no infinity. */
const finite = (value: number): number =>
  Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
