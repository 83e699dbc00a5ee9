import type { Wire } from '../../data/call.ts';
import { percent } from '../../words/number-words.ts';
import { powerOfTen } from '../../parts/chart-scale.ts';
import type { RolloutDetails } from '../../../../src/api/contract/rollouts.ts';

/** An e-value from its common logarithm: `0.2`, `31`, `1,400`, `> 10⁷`. */
export function eValue(log: number): string {
  if (log < -3) return '< 0.001';
  if (log >= 6) return `> ${powerOfTen(Math.floor(log))}`;
  const value = 10 ** log;
  return value >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(2)));
}

interface Said {
  margin: number;
  thresholds: { hold: number; rollBack: number };
}

/** What an e-value means: what evidence is worth that may be looked at at any time. Both are common logarithms. */
export function eMeaning(log: number, { margin, thresholds }: Said): string {
  if (log <= 0) return `Nothing speaks against its odds being no worse than ${margin} ×.`;
  const share = percent(10 ** -log).replace('< ', '');
  return `If its odds were no worse than ${margin} ×, at most ${share} of rollouts would ever show this much. Held from ${eValue(thresholds.hold)} on, taken back from ${eValue(thresholds.rollBack)}.`;
}

/** As the judge would act on this metric alone. */
export function eVerdict(log: number, { thresholds }: Said): 'go on' | 'hold' | 'roll back' {
  if (log >= thresholds.rollBack) return 'roll back';
  return log >= thresholds.hold ? 'hold' : 'go on';
}

type Details = Pick<Wire<RolloutDetails>, 'strategy' | 'state' | 'stableCommit'> & {
  steps: readonly { canSee: string | null }[];
};

export const isUnderWay = (state: string): boolean =>
  state === 'running' || state === 'rolling-back';

/** Why there is nothing to be drawn of a rollout. */
export function whyNoEvidence({ strategy, state, steps, stableCommit }: Details): string {
  if (stableCommit === null)
    return 'Nothing served before this release, so there is nothing to compare it with.';
  if (steps.length === 0) {
    if (isUnderWay(state)) return 'Nobody meets the new release yet, so nothing is judged.';
    return state === 'promoted'
      ? `This ${strategy} had no time to be watched in (bake: 0s): all requests swung over at once.`
      : 'It ended before anybody met the new release, so nothing was judged.';
  }
  if (steps.every(({ canSee }) => canSee === null))
    return 'Its steps have no time to be watched in (bake: 0s), so nothing is judged.';
  return isUnderWay(state)
    ? 'No second with requests has been judged yet. Each is judged two seconds after it has ended.'
    : 'No second of it had requests to judge.';
}
