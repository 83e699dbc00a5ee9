import type { Evidence } from '../rollout/analysis/verdict.ts';
import type { LoadCompared } from './compare-load.ts';

/** What comparing two load results has shown, in a sentence. */
export function loadInWords({ settings, cutPoints, ticks, verdict }: LoadCompared): string {
  const { evidence, action, worst } = verdict;
  const told = action === 'roll back' && worst ? [worst] : evidence;
  const level = evidence.length / settings.rollBack;
  const counts = told.map((one) => countsInWords(one, slowFrom(one, cutPoints, ticks))).join('; ');
  return action === 'roll back' && worst
    ? `${counts}; e = ${rounded(worst.e)}, worse from ${rounded(level)} on`
    : counts;
}

function countsInWords(
  { metric, candidate, stable, ratio }: Evidence,
  cutUs: number | null,
): string {
  const word = metric === 'errors' ? 'failed' : cutUs === null ? 'were slow' : slower(cutUs);
  const times = ratio === null ? '' : ` (${rounded(ratio)} × the rate)`;
  return `${part(candidate)} requests ${word}, there ${part(stable)}${times}`;
}

const slower = (us: number): string => `took longer than ${rounded(us / 1000)} ms`;

/** The evidence is at the cut point that says most, and does not tell which. */
function slowFrom(
  { metric, candidate, stable }: Evidence,
  cutPoints: readonly number[],
  ticks: LoadCompared['ticks'],
): number | null {
  if (metric !== 'latency') return null;
  const all = (arm: 'candidate' | 'stable', point: number): number =>
    ticks.reduce((sum, tick) => sum + (tick[arm].slower[point] ?? 0), 0);
  const found = cutPoints.findIndex(
    (_, point) => all('candidate', point) === candidate.bad && all('stable', point) === stable.bad,
  );
  return cutPoints[found] ?? null;
}

const part = ({ requests, bad }: { requests: number; bad: number }): string =>
  `${whole.format(bad)} of ${whole.format(requests)}`;

const whole = new Intl.NumberFormat('en-US');

function rounded(value: number): string {
  if (value >= 1e6) return value.toExponential(0);
  return value >= 100 ? whole.format(Math.round(value)) : String(Number(value.toPrecision(2)));
}
