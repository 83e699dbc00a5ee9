import { row, rows, sql, type Queryable } from '../db/pool.ts';

/** A time in which nothing of an app goes to production. */
export interface Freeze {
  id: string;
  reason: string;
  by: string;
  at: Date;
  until: Date;
}

const columns = sql.raw('id, reason, by, at, until');

export const freezes = {
  /** null: the same is in force already. */
  add: (tx: Queryable, appId: string, freeze: Freeze) =>
    row<Freeze>(
      tx,
      sql`insert into freezes (id, app_id, reason, by, at, until)
          select ${freeze.id}, ${appId}, ${freeze.reason}, ${freeze.by}, ${freeze.at}::timestamptz, ${freeze.until}::timestamptz
          where not exists (
            select from freezes where app_id = ${appId} and lifted_at is null and reason = ${freeze.reason}
              and by = ${freeze.by} and until = ${freeze.until})
          returning ${columns}`,
    ),
  /** Those in force, the one that lasts longest first. */
  of: (db: Queryable, appId: string, now: Date) =>
    rows<Freeze>(
      db,
      sql`select ${columns} from freezes
          where app_id = ${appId} and lifted_at is null and until > ${now} order by until desc, at, id`,
    ),
  /** All in force; they are returned in the same order. */
  lift: (tx: Queryable, appId: string, { at, by }: { at: Date; by: string }) =>
    rows<Freeze>(
      tx,
      sql`with lifted as (
            update freezes set lifted_at = ${at}, lifted_by = ${by}
            where app_id = ${appId} and lifted_at is null and until > ${at} returning *)
          select ${columns} from lifted order by until desc, lifted.at, id`,
    ),
};
