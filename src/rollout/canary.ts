import type { Share } from '../environments/environment.ts';
import { unhideInstances } from './hide.ts';
import { laneStep, type Lane, type StrategyEnd } from './lane.ts';
import { proveWholeSet } from './prove-whole-set.ts';
import { watch } from './watch.ts';

/**
 * The new release gets a growing share of the users, who keep it. After each step the judge lets it go on, holds it
 * or undoes it; what is proven to be no worse skips the steps that are left.
 */
export async function canary(lane: Lane): Promise<StrategyEnd> {
  const proven = await proveWholeSet(lane);
  if ('failed' in proven) return { end: 'failed', ...proven };
  if (lane.stable === null) return { end: 'swing' };
  const shares = lane.settings.steps.filter((weight) => weight < 100);
  for (const [index, weight] of shares.entries()) {
    await laneStep(lane, `send ${weight} % of the users to the new release`, () =>
      unhideInstances(lane, proven.proven, sharesAt(lane, weight)),
    );
    const end = await watch(lane, { step: index + 1, weight });
    if (end === 'rolled back') return { end: 'rolled back' };
    if (end !== 'passed') break;
  }
  return { end: 'swing' };
}

/** The new release has this share, in percent, the old one the rest. */
export function sharesAt({ stable, deploy }: Lane, weight: number): Share[] {
  const candidate = { deploy, weight, draining: false };
  if (stable === null) return [candidate];
  return [{ deploy: stable, weight: 100 - weight, draining: false }, candidate];
}
