import type { BadCounts } from './judged-tick.ts';
import type { Judge, Thresholds } from './judge.ts';
import type { Evidence, Verdict } from './verdict.ts';

interface Finding {
  judge: Judge;
  action: Verdict['action'];
  worst: Evidence;
  thresholds: Thresholds;
  splitOk: boolean;
  healthProven: boolean;
}

/** Why the judge decided so, in one or two sentences. */
export function explain(finding: Finding): string {
  const { judge, action, worst, splitOk, healthProven } = finding;
  const hold = number(finding.thresholds.hold);
  const rollBack = number(finding.thresholds.rollBack);
  if (action === 'wait') return waiting(judge);
  if (!splitOk) return wrongSplit(judge);
  if (action === 'go on')
    return healthProven
      ? `The candidate is proven healthy: the odds of each metric are below ${judge.settings.healthyBelow} × the stable release's. ${counts(worst)}.`
      : `Nothing says that the candidate is worse. ${counts(worst)}; e = ${number(worst.e)}, held from ${hold} on.`;
  return action === 'hold'
    ? `The candidate may be worse. ${counts(worst)}; e = ${number(worst.e)}, held from ${hold} on, rolled back from ${rollBack}.`
    : `The candidate is worse. ${counts(worst)}; e = ${number(worst.e)}, rolled back from ${rollBack} on.`;
}

function waiting({ errors }: Judge): string {
  return errors.candidate.requests === 0
    ? 'No request has reached the candidate yet, so there is nothing to judge.'
    : 'No request has reached the stable release yet, so there is nothing to compare the candidate with.';
}

function wrongSplit({ sampleRatio: { got, expected, requests } }: Judge): string {
  const percent = (part: number): string => `${((part / requests) * 100).toFixed(2)} %`;
  return `The router's split is wrong: the candidate got ${percent(got)} of ${whole(requests)} requests instead of ${percent(expected)}. Nothing can be concluded until it is right.`;
}

function counts({ metric, candidate, stable, ratio, phi }: Evidence): string {
  const word = metric === 'errors' ? 'failed' : metric === 'latency' ? 'were slow' : 'were bad';
  const name = metric === 'errors' || metric === 'latency' ? '' : `${metric}: `;
  const times = ratio === null ? '' : `, ${number(ratio)} × the rate`;
  const bursts = phi > 1 ? `, in bursts of ${phi.toFixed(1)}` : '';
  return `${name}${share(candidate)} ${word}, of the stable release ${share(stable)}${times}${bursts}`;
}

const share = ({ requests, bad }: BadCounts): string => `${whole(bad)} of ${whole(requests)}`;

const thousands = new Intl.NumberFormat('en-US');
const whole = (value: number): string => thousands.format(value);

function number(value: number): string {
  if (value >= 1e6) return value.toExponential(0);
  return value >= 100 ? whole(Math.round(value)) : String(Number(value.toPrecision(2)));
}
