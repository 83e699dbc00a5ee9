import type { Queryable } from '../db/pool.ts';
import { laneGlance, type OpenRollout } from './lane-glance-tables.ts';
import { plannedSteps } from './planned-steps.ts';

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

const stepsOf = (rollout: OpenRollout): number =>
  plannedSteps({
    ...rollout,
    old: rollout.stableInstances ?? 1,
    fresh: rollout.freshInstances ?? 1,
  }).length;
