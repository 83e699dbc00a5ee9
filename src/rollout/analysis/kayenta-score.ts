import { classifyMetric, type KayentaMetric, type KayentaResult } from './kayenta.ts';

export interface KayentaScore {
  /** 0 to 100. */
  score: number;
  verdict: 'Pass' | 'Marginal' | 'Fail';
  results: Readonly<Record<string, KayentaResult>>;
}

export interface ScoreRules {
  pass: number;
  marginal: number;
  /** In percent of the whole; groups without one share what is left. */
  groupWeights?: Readonly<Record<string, number>>;
}

/** Kayenta's verdict on one analysis of several metrics, as its NetflixACAJudge-v1.0 scores them. */
export function kayentaScore(metrics: readonly KayentaMetric[], rules: ScoreRules): KayentaScore {
  const judged = metrics.map((metric) => ({ metric, result: classifyMetric(metric) }));
  const counted = judged.filter(({ metric }) => metric.muted !== true);
  const score = isFailedAsWhole(counted) ? 0 : weightedScore(counted, rules.groupWeights ?? {});
  const verdict = score >= rules.pass ? 'Pass' : score >= rules.marginal ? 'Marginal' : 'Fail';
  const results = Object.fromEntries(judged.map(({ metric, result }) => [metric.name, result]));
  return { score, verdict, results };
}

interface Judged {
  metric: KayentaMetric;
  result: KayentaResult;
}

function isFailedAsWhole(judged: readonly Judged[]): boolean {
  if (judged.some(({ result }) => result.critical && result.classification !== 'PASS')) return true;
  const silent = judged.filter(({ result }) => result.classification === 'NODATA').length;
  return judged.length > 0 && silent / judged.length >= 0.5;
}

function weightedScore(
  judged: readonly Judged[],
  weights: Readonly<Record<string, number>>,
): number {
  const groups = Map.groupBy(judged, ({ metric }) => metric.group);
  const weightOf = new Map(Object.entries(weights));
  const free = [...groups.keys()].filter((group) => !weightOf.has(group));
  const left = 100 - [...weightOf.values()].reduce((sum, weight) => sum + weight, 0);
  for (const group of free) weightOf.set(group, left / free.length);
  let score = 0;
  for (const [group, members] of groups)
    score += (groupScore(members) * weightOf.get(group)!) / 100;
  return Math.round(score * 100) / 100;
}

function groupScore(members: readonly Judged[]): number {
  const classes = members.map(({ result }) => result.classification);
  const decided = classes.filter((one) => one !== 'NODATA' && one !== 'ERROR');
  if (decided.length === 0) return 100;
  return (decided.filter((one) => one === 'PASS').length / decided.length) * 100;
}
