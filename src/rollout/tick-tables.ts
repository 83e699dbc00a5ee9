import { row, sql, type Queryable } from '../db/pool.ts';
import type { RolloutTick } from './rollout.ts';

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
};
