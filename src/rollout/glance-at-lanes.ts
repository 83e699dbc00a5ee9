import type { Queryable } from '../db/pool.ts';
import { planCycle } from './cycle-plan.ts';
import { laneGlance, type OpenRollout } from './lane-glance-tables.ts';

export interface LaneGlance {
  /** The newest; null: candidates may come. */
  lock: { by: string; reason: string; at: Date } | null;
  /** Under way or being undone. `steps`: how many it will have; 0: it has none. */
  rollout: (OpenRollout & { steps: number }) | null;
}

/** What goes on in the lanes of some environments: two queries, however many. Reads only. */
export async function glanceAtLanes(
  db: Queryable,
  environments: readonly string[],
): Promise<(environment: string) => LaneGlance> {
  const [locks, rollouts] = await Promise.all([
    laneGlance.locks(db, environments),
    laneGlance.rollouts(db, environments),
  ]);
  return (environment) => {
    const lock = locks.find(({ environmentId }) => environmentId === environment);
    const rollout = rollouts.find(({ environmentId }) => environmentId === environment);
    return {
      lock: lock ? { by: lock.by, reason: lock.reason, at: lock.at } : null,
      rollout: rollout ? { ...rollout, steps: stepsOf(rollout) } : null,
    };
  };
}

/** As canary.ts, blue-green.ts and cycle.ts go: without something to compare with there is nothing to watch. */
function stepsOf(rollout: OpenRollout): number {
  const { strategy, settings, stableDeploy } = rollout;
  if (stableDeploy === null) return 0;
  if (strategy === 'canary') return settings.steps.filter((weight) => weight < 100).length;
  if (strategy === 'blue-green') return settings.bakeMs > 0 ? 1 : 0;
  const { freshInstances: fresh, stableInstances: old } = rollout;
  const { capacityPercent } = settings;
  return planCycle({ old: old ?? 1, fresh: fresh ?? 1, capacityPercent }).batches.length;
}
