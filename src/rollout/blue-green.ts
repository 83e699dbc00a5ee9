import { sharesAt } from './canary.ts';
import { unhideInstances } from './hide.ts';
import { laneStep, type Lane, type StrategyEnd } from './lane.ts';
import { proveWholeSet } from './prove-whole-set.ts';
import { watch } from './watch.ts';

/** Of the users, while both sets serve side by side: enough to be judged soon. */
export const mixedWeight = 50;

/**
 * The whole new set starts beside the old one and is tried while nobody sees it. With a bake both serve side by side
 * for so long, and the judge compares them; then all requests swing over at once.
 */
export async function blueGreen(lane: Lane): Promise<StrategyEnd> {
  const proven = await proveWholeSet(lane);
  if ('failed' in proven) return { end: 'failed', ...proven };
  if (lane.stable === null || lane.settings.bakeMs === 0) return { end: 'swing' };
  await laneStep(lane, 'let both sets serve side by side', () =>
    unhideInstances(lane, proven.proven, sharesAt(lane, mixedWeight)),
  );
  const end = await watch(lane, { step: 1, weight: mixedWeight, label: 'half of the users' });
  return end === 'rolled back' ? { end } : { end: 'swing' };
}
