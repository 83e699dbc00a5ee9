import { row, sql, type Queryable } from '../db/pool.ts';

export const seizures = {
  /**
   * The rollback that has taken this lock away and waits until whoever holds it lets go; null: none has. Also true for
   * a holder that was given a newer epoch since, as a run is that another controller goes on with.
   */
  of: (db: Queryable, lock: string) =>
    row<{ by: string; reason: string }>(
      db,
      sql`select r.by, r.reason from lock_queue q join rollbacks r on q.holder = 'rollback-' || r.id
          where q.name = ${lock} and q.granted_epoch is null order by r.at desc limit 1`,
    ),
};
