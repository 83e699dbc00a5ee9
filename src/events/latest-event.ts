import { row, sql, type Queryable } from '../db/pool.ts';

/** The id of the newest event; whoever wants only what comes begins after it. */
export async function latestEvent(db: Queryable): Promise<number> {
  return (
    (await row<{ id: number }>(db, sql`select coalesce(max(id), 0) as id from events`))?.id ?? 0
  );
}
