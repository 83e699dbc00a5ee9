import { rows, sql, type Queryable } from '../db/pool.ts';
import type { LaneLock } from './lane-tables.ts';
import type { Rollout } from './rollout.ts';

export type OpenRollout = Pick<
  Rollout,
  | 'id'
  | 'environmentId'
  | 'strategy'
  | 'settings'
  | 'state'
  | 'phase'
  | 'step'
  | 'weight'
  | 'pausedBy'
> & {
  commit: string;
  stableDeploy: string | null;
};

/** Of several environments at once. */
export const laneGlance = {
  /** The newest lock of each. */
  locks: (db: Queryable, environments: readonly string[]) =>
    rows<Omit<LaneLock, 'commit'> & { environmentId: string }>(
      db,
      sql`select distinct on (environment_id) environment_id as "environmentId", reason, by, at from lane_locks
          where environment_id = any(${[...environments]}::text[]) order by environment_id, at desc, commit`,
    ),
  /** Those that are under way or being undone. */
  rollouts: (db: Queryable, environments: readonly string[]) =>
    rows<OpenRollout>(
      db,
      sql`select r.id, r.environment_id as "environmentId", r.stable_deploy as "stableDeploy", r.strategy, r.settings, r.state,
            r.phase, r.step, r.weight::float as weight, r.paused_by as "pausedBy", d.commit
          from rollouts r join deploys d on d.id = r.id
          where r.environment_id = any(${[...environments]}::text[]) and r.state in ('running', 'rolling-back')`,
    ),
};
