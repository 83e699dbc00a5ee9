import { rows, sql, type Database } from '../db/pool.ts';

export interface Controller {
  id: string;
  host: string;
  listen: string;
  seenAt: Date;
  /** Its heart was heard within the last ten seconds. */
  alive: boolean;
}

/** Every controller that has begun and neither ended in good order nor been taken over. */
export function controllers(db: Database): Promise<Controller[]> {
  return rows(
    db,
    sql`select id, host, listen, seen_at as "seenAt", seen_at > clock_timestamp() - interval '10 seconds' as alive
        from controllers order by started_at, id`,
  );
}
