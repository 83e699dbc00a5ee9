import type { Share } from '../environments/environment.ts';

/** One turn of the cycle. */
export interface CycleBatch {
  /** So many old instances leave. */
  hide: number;
  /** New ones with these numbers come. */
  prove: number[];
}

export interface CyclePlan {
  /** The number of the new instance that starts beside the old ones; null: none is wanted. */
  offCycle: number | null;
  batches: CycleBatch[];
}

/**
 * How `old` instances give way to `fresh` ones. As long as there are new ones to come, at least `capacityPercent` of
 * the old number serve, and once all have come, all of them. Pure.
 */
export function planCycle({
  old,
  fresh,
  capacityPercent,
}: {
  old: number;
  fresh: number;
  capacityPercent: number;
}): CyclePlan {
  const batches: CycleBatch[] = [];
  const least = leastServing(old, capacityPercent);
  let come = Math.min(1, fresh);
  let left = 0;
  while (left < old || come < fresh) {
    // One more than the least serves whenever a turn begins: the first new one came before any old one left.
    const room = come < fresh ? old - left + come - least : old - left;
    const hide = Math.min(Math.max(room, 0), old - left);
    // When the new release wants more instances than the old one had, each turn brings its part of them.
    const due = Math.ceil((fresh * (left + hide)) / Math.max(old, 1)) - come;
    const count = old === 0 ? fresh - come : Math.min(fresh - come, Math.max(hide, due));
    batches.push({ hide, prove: Array.from({ length: count }, (_, index) => come + index + 1) });
    left += hide;
    come += count;
  }
  return { offCycle: fresh > 0 ? 1 : null, batches };
}

/** So many of the old number have to serve. */
export function leastServing(old: number, capacityPercent: number): number {
  return Math.ceil((old * capacityPercent) / 100);
}

/** Each instance that serves gets as much as any other, whichever release it is of. Pure. */
export function sharesByCount(
  old: { deploy: string; serving: number },
  fresh: { deploy: string; serving: number },
): Share[] {
  const all = old.serving + fresh.serving;
  const weight = all === 0 ? 0 : Math.round((fresh.serving / all) * 10_000) / 100;
  const rest = Math.round((100 - weight) * 100) / 100;
  return [
    // Without instances of its own whoever had the old release keeps it for as long as it is drained.
    { deploy: old.deploy, weight: rest, draining: rest === 0 },
    { deploy: fresh.deploy, weight, draining: false },
  ];
}
