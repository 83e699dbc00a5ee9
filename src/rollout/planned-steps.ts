import { mixedWeight } from './blue-green.ts';
import { planCycle, sharesByCount } from './cycle-plan.ts';
import type { Rollout, RolloutOrder, RolloutStep } from './rollout.ts';

/** A step as it will be, unless the evidence or a person shortens the way. */
export interface PlannedStep {
  /** 1 is the first. */
  step: number;
  /** Of the users, in percent. */
  weight: number;
  /** It is watched for at least so long; 0: nothing is judged. */
  bakeMs: number;
}

export interface PlannedWay extends Pick<Rollout, 'strategy' | 'settings' | 'stableDeploy'> {
  /** Instances of web that give way; only a cycle goes by them. */
  old: number;
  fresh: number;
}

/** As canary.ts, blue-green.ts and cycle.ts go: without something to compare with there is nothing to watch. Pure. */
export function plannedSteps(way: PlannedWay): PlannedStep[] {
  const { stableDeploy, settings } = way;
  if (stableDeploy === null) return [];
  const { bakeMs } = settings;
  return weightsOf(way).map((weight, index) => ({ step: index + 1, weight, bakeMs }));
}

/** Those that have not begun; none once the rollout has ended, or somebody or the evidence leaves the rest out. Pure. */
export function stepsToCome(
  way: PlannedWay & Pick<Rollout, 'state'>,
  { steps, orders }: { steps: readonly RolloutStep[]; orders: readonly RolloutOrder[] },
): PlannedStep[] {
  const isShortened =
    orders.some(({ kind }) => kind === 'promote') ||
    (way.strategy === 'canary' && steps.some(({ outcome }) => outcome === 'proved healthy'));
  if (way.state !== 'running' || isShortened) return [];
  const begun = steps.at(-1)?.step ?? 0;
  return plannedSteps(way).filter(({ step }) => step > begun);
}

function weightsOf({ strategy, settings, old, fresh }: PlannedWay): number[] {
  switch (strategy) {
    case 'canary':
      return settings.steps.filter((weight) => weight < 100);
    case 'blue-green':
      return settings.bakeMs > 0 ? [mixedWeight] : [];
    case 'cycle':
      return weightsOfCycle({ old, fresh, capacityPercent: settings.capacityPercent });
  }
}

/** Both are compared before each turn, for as long as both serve. */
function weightsOfCycle(of: Parameters<typeof planCycle>[0]): number[] {
  const { offCycle, batches } = planCycle(of);
  if (offCycle === null || batches.every(({ hide }) => hide === 0)) return [];
  const weights: number[] = [];
  let [left, come] = [of.old, 1];
  for (const { hide, prove } of batches) {
    const [, fresh] = sharesByCount(
      { deploy: 'old', serving: left },
      { deploy: 'fresh', serving: come },
    );
    if (left > 0 && fresh) weights.push(fresh.weight);
    left -= hide;
    come += prove.length;
  }
  return weights;
}
