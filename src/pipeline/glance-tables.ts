import { row, sql, type Queryable } from '../db/pool.ts';

/** The newest candidate under way, else the newest of all; null: the app never had one. */
export const currentCandidate = async (db: Queryable, appId: string): Promise<string | null> =>
  (
    await row<{ id: string | null }>(
      db,
      sql`select coalesce(
            (select id from candidates where app_id = ${appId} and ended_at is null order by number desc limit 1),
            (select id from candidates where app_id = ${appId} order by number desc limit 1)) as id`,
    )
  )?.id ?? null;
