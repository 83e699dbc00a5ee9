import {
  compare,
  type ComparedMetric,
  logHealthy,
  logWorse,
  newMetric,
  rateRatioOf,
} from './compared-metric.ts';
import { phiOf } from './dispersion.ts';
import { type EProcess, finiteE, grown, logE, newEProcess } from './e-process.ts';
import { explain } from './explain.ts';
import { hypergeometricStep } from './hypergeometric-step.ts';
import { type ArmCounts, type JudgedTick, refuseImpossible } from './judged-tick.ts';
import { worseGrid } from './odds-grid.ts';
import { newSampleRatio, type SampleRatio, splitAlpha, splitP, withSplit } from './sample-ratio.ts';
import { logMeanExp } from './special-functions.ts';
import type { Evidence, Verdict } from './verdict.ts';

export interface JudgeSettings {
  /** Odds ratios up to this one are tolerated. */
  margin: number;
  /** The levels at which a release is held and rolled back: false alarms in a whole rollout happen no more often. */
  hold: number;
  rollBack: number;
  /** The odds ratio that proof of health excludes. */
  healthyBelow: number;
}

/** All that the judge knows after some ticks. Plain JSON, to be stored and gone on from. */
export interface Judge {
  settings: JudgeSettings;
  ticks: number;
  errors: ComparedMetric;
  /** One for each cut point. */
  latency: readonly ComparedMetric[];
  extra: Readonly<Record<string, ComparedMetric>>;
  sampleRatio: SampleRatio;
  /** The same ticks with every request of the candidate bad; seen once it would have been rolled back. */
  totalFailure: { worse: EProcess; seen: boolean };
}

/** Throws a plain Error for settings that no judge could keep. */
export function newJudge(settings: JudgeSettings): Judge {
  const { margin, hold, rollBack, healthyBelow } = settings;
  for (const odds of [margin, healthyBelow])
    if (!(odds >= 0.01 && odds <= 100)) throw new Error(`An odds ratio of ${odds} is no bound.`);
  for (const level of [hold, rollBack])
    if (!(level >= 1e-100 && level < 1)) throw new Error(`A level of ${level} is no level.`);
  return {
    settings,
    ticks: 0,
    errors: newMetric,
    latency: [],
    extra: {},
    sampleRatio: newSampleRatio,
    totalFailure: { worse: newEProcess(), seen: false },
  };
}

/**
 * The judge after one more tick; the one given is left as it was. Ticks are strata: each is compared with
 * itself alone, so neither ramps nor drift nor incidents of both arms are evidence. A tick without traffic in one arm
 * adds exactly nothing. Throws a plain Error for counts that cannot be.
 */
export function judgeTick(judge: Judge, tick: JudgedTick): Judge {
  refuseImpossible(tick);
  const { settings } = judge;
  const { candidate, stable, replicas, share } = tick;
  const drawn = tick.newcomers ?? { candidate: candidate.requests, stable: stable.requests };
  const next = {
    ...judge,
    ticks: judge.ticks + 1,
    errors: compare(judge.errors, { candidate, stable, replicas }, settings),
    latency: judgeLatency(judge, tick),
    extra: judgeExtra(judge, tick),
    sampleRatio: withSplit(judge.sampleRatio, { ...drawn, share }),
  };
  return { ...next, totalFailure: withTotalFailure(next, tick) };
}

function judgeLatency(judge: Judge, { candidate, stable, replicas }: JudgedTick): ComparedMetric[] {
  const points = candidate.slower.length;
  if (points === 0 || stable.slower.length === 0) return [...judge.latency];
  if (stable.slower.length !== points || ![0, points].includes(judge.latency.length))
    throw new Error('The number of cut points may not change in a rollout.');
  const known = replicas.filter(({ slower }) => slower?.length === points);
  return candidate.slower.map((_, point) => {
    const slowAt = (arm: Pick<ArmCounts, 'requests' | 'slower'>) => ({
      requests: arm.requests,
      bad: arm.slower[point]!,
    });
    const tick = {
      candidate: slowAt(candidate),
      stable: slowAt(stable),
      replicas: known.map(({ requests, slower = [] }) => slowAt({ requests, slower })),
    };
    return compare(judge.latency[point] ?? newMetric, tick, judge.settings);
  });
}

function judgeExtra(judge: Judge, { extra }: JudgedTick): Record<string, ComparedMetric> {
  const before = new Map(Object.entries(judge.extra));
  for (const [name, counts] of Object.entries(extra)) {
    const metric = before.get(name) ?? newMetric;
    before.set(name, compare(metric, { ...counts, replicas: [] }, judge.settings));
  }
  return Object.fromEntries(before);
}

function withTotalFailure(judge: Judge, { candidate, stable }: JudgedTick): Judge['totalFailure'] {
  if (judge.totalFailure.seen || candidate.requests === 0 || stable.requests === 0)
    return judge.totalFailure;
  const failing = { candidate: { ...candidate, bad: candidate.requests }, stable };
  const step = hypergeometricStep(failing, judge.settings.margin, worseGrid);
  const worse = grown(judge.totalFailure.worse, step);
  const log = logE(worse, phiOf(judge.errors.dispersion));
  return { worse, seen: log >= Math.log(thresholdsOf(judge).rollBack) };
}

/** What the ticks so far say. Reading it after every tick costs no false alarms. */
export function verdictOf(judge: Judge): Verdict {
  const evidence = evidenceOf(judge);
  const worst = evidence.reduce((one, other) => (other.eLog > one.eLog ? other : one));
  const p = splitP(judge.sampleRatio);
  const sampleRatio = { ok: p > splitAlpha, p };
  const thresholds = thresholdsOf(judge);
  const action = actionOf(judge, worst, { ...thresholds, splitOk: sampleRatio.ok });
  const healthProven = sampleRatio.ok && action === 'go on' && isHealthProven(judge);
  return {
    action,
    healthProven,
    worst: action === 'wait' ? null : worst,
    evidence,
    sampleRatio,
    words: explain({ judge, action, worst, thresholds, splitOk: sampleRatio.ok, healthProven }),
    couldSeeTotalFailure: judge.totalFailure.seen,
  };
}

/** One for errors, one for latency when there are cut points, one for each further source. */
function evidenceOf({ errors, latency, extra }: Judge): Evidence[] {
  return [
    evidenceFor('errors', errors, logWorse(errors)),
    ...latencyEvidence(latency),
    ...Object.entries(extra).map(([name, metric]) => evidenceFor(name, metric, logWorse(metric))),
  ];
}

/** The plain mean of e-values is one; people are shown the cut point with the highest. */
function latencyEvidence(latency: readonly ComparedMetric[]): Evidence[] {
  if (latency.length === 0) return [];
  const logs = latency.map(logWorse);
  const loudest = latency[logs.indexOf(Math.max(...logs))]!;
  return [evidenceFor('latency', loudest, logMeanExp(logs))];
}

const evidenceFor = (metric: string, compared: ComparedMetric, eLog: number): Evidence => ({
  metric,
  e: finiteE(eLog),
  eLog,
  ratio: rateRatioOf(compared),
  candidate: compared.candidate,
  stable: compared.stable,
  phi: phiOf(compared.dispersion),
});

function actionOf(
  { errors }: Judge,
  { eLog }: Evidence,
  { hold, rollBack, splitOk }: Thresholds & { splitOk: boolean },
): Verdict['action'] {
  if (errors.candidate.requests === 0 || errors.stable.requests === 0) return 'wait';
  // A wrong split may have any cause, so it neither condemns a release nor lets it go on.
  if (!splitOk) return 'hold';
  if (eLog >= Math.log(rollBack)) return 'roll back';
  return eLog >= Math.log(hold) ? 'hold' : 'go on';
}

/** The e-values at which a release is held and rolled back: each of M metrics has 1/M of the level. */
export interface Thresholds {
  hold: number;
  rollBack: number;
}

/** Without a judge yet: those of errors alone. */
export function thresholdsOf({
  settings,
  latency = [],
  extra = {},
}: Pick<Judge, 'settings'> & Partial<Judge>): Thresholds {
  const metrics = 1 + (latency.length > 0 ? 1 : 0) + Object.keys(extra).length;
  return { hold: metrics / settings.hold, rollBack: metrics / settings.rollBack };
}

/** Each metric, and latency at each cut point, must be proven by itself, so none needs a share of the level. */
function isHealthProven({ errors, latency, extra }: Judge): boolean {
  return [errors, ...latency, ...Object.values(extra)].every(
    (metric) => logHealthy(metric) >= Math.log(1 / healthLevel),
  );
}

const healthLevel = 0.05;

/** The verdict from recorded ticks alone, the same as it was when they came one by one. */
export function replay(
  settings: JudgeSettings,
  ticks: readonly JudgedTick[],
): { judge: Judge; verdict: Verdict } {
  const judge = ticks.reduce(judgeTick, newJudge(settings));
  return { judge, verdict: verdictOf(judge) };
}
