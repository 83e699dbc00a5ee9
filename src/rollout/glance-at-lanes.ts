import type { Queryable } from '../db/pool.ts';
import { laneGlance, type OpenRollout } from './lane-glance-tables.ts';
import { plannedSteps } from './planned-steps.ts';
import { plannedWay } from './planned-way.ts';

export interface LaneGlance {
  /** The newest; null: candidates may come. */
  lock: { by: string; reason: string; at: Date } | null;
  /** Under way or being undone. `steps`: how many it will have; 0: it has none. */
  rollout: (OpenRollout & { steps: number }) | null;
}

/** What goes on in the lanes of some environments: two queries, and some more for a cycle under way. Reads only. */
export async function glanceAtLanes(
  db: Queryable,
  environments: readonly string[],
): Promise<(environment: string) => LaneGlance> {
  const [locks, open] = await Promise.all([
    laneGlance.locks(db, environments),
    laneGlance.rollouts(db, environments),
  ]);
  const rollouts = await Promise.all(
    open.map(async (one) => ({ ...one, steps: plannedSteps(await plannedWay(db, one)).length })),
  );
  return (environment) => {
    const lock = locks.find(({ environmentId }) => environmentId === environment);
    return {
      lock: lock ? { by: lock.by, reason: lock.reason, at: lock.at } : null,
      rollout: rollouts.find(({ environmentId }) => environmentId === environment) ?? null,
    };
  };
}
