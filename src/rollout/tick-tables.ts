import { row, rows, sql, type Queryable } from '../db/pool.ts';
import type { ArmCounts } from './analysis/judged-tick.ts';
import type { RolloutTick } from './rollout.ts';

/** What people see of a judged second. */
export interface ShownTick extends Omit<RolloutTick, 'counts'> {
  candidate: ArmCounts;
  stable: ArmCounts;
}

interface Stretch {
  after: number;
  limit: number;
}

/** Of a rollout that was watched for days there are many: these do not read them all. */
export const judgedTicks = {
  last: (db: Queryable, rolloutId: string) =>
    row<RolloutTick>(
      db,
      sql`select tick, step, second::float as second, counts, e, action from rollout_ticks
          where rollout_id = ${rolloutId} order by tick desc limit 1`,
    ),
  /** What both arms had in all. */
  sums: (db: Queryable, rolloutId: string) =>
    row<{
      ticks: number;
      candidateRequests: number;
      candidateBad: number;
      stableRequests: number;
      stableBad: number;
    }>(
      db,
      sql`select count(*)::int as ticks,
            coalesce(sum((counts->'candidate'->>'requests')::bigint), 0)::bigint as "candidateRequests",
            coalesce(sum((counts->'candidate'->>'bad')::bigint), 0)::bigint as "candidateBad",
            coalesce(sum((counts->'stable'->>'requests')::bigint), 0)::bigint as "stableRequests",
            coalesce(sum((counts->'stable'->>'bad')::bigint), 0)::bigint as "stableBad"
          from rollout_ticks where rollout_id = ${rolloutId}`,
    ),
  /** Oldest first. */
  some: (db: Queryable, rolloutId: string, { after, limit }: Stretch) =>
    rows<RolloutTick>(
      db,
      sql`select tick, step, second::float as second, counts, e, action from rollout_ticks
          where rollout_id = ${rolloutId} and tick > ${after} order by tick limit ${limit}`,
    ),
  /** The same without what only the judge reads. */
  shown: (db: Queryable, rolloutId: string, { after, upTo, limit }: Stretch & { upTo: number }) =>
    rows<ShownTick>(
      db,
      sql`select tick, step, second::float as second, counts->'candidate' as candidate,
            counts->'stable' as stable, e, action
          from rollout_ticks where rollout_id = ${rolloutId} and tick > ${after} and tick <= ${upTo}
          order by tick limit ${limit}`,
    ),
  /** How many each step has. */
  ofSteps: (db: Queryable, rolloutId: string, upTo: number) =>
    rows<{ step: number; ticks: number }>(
      db,
      sql`select step, count(*)::int as ticks from rollout_ticks
          where rollout_id = ${rolloutId} and tick <= ${upTo} group by step`,
    ),
};
