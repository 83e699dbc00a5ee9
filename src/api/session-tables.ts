import { changed, row, sql, type Queryable } from '../db/pool.ts';
import type { TokenHolder } from './tables.ts';

export interface SessionRow extends TokenHolder {
  madeAt: Date;
  seenAt: Date;
}

export const sessions = {
  open: (db: Queryable, of: { hash: Buffer; token: string; at: Date; expiresAt: Date }) =>
    changed(
      db,
      sql`insert into sessions (hash, token_id, made_at, seen_at, expires_at)
          values (${of.hash}, ${of.token}, ${of.at}, ${of.at}, ${of.expiresAt})`,
    ),
  /** null: there is none, it has ended, or its token opens nothing any more. */
  find: (db: Queryable, hash: Buffer, at: Date) =>
    row<SessionRow>(
      db,
      sql`select t.id, t.name, t.role, p.name as person, p.role as "personRole",
                 s.made_at as "madeAt", s.seen_at as "seenAt"
          from sessions s join tokens t on t.id = s.token_id left join people p on p.id = t.person_id
          where s.hash = ${hash} and s.expires_at > ${at} and t.revoked_at is null and p.removed_at is null`,
    ),
  /** The use of a session is a use of its token. */
  see: (db: Queryable, hash: Buffer, of: { at: Date; expiresAt: Date }) =>
    changed(
      db,
      sql`with seen as (
            update sessions set seen_at = ${of.at}, expires_at = ${of.expiresAt}
            where hash = ${hash} and seen_at < ${of.at} returning token_id)
          update tokens set last_used_at = greatest(last_used_at, ${of.at})
          where id in (select token_id from seen)`,
    ),
  close: async (db: Queryable, hash: Buffer) =>
    (await changed(db, sql`delete from sessions where hash = ${hash}`)) > 0,
  /** All that open nothing any more. */
  forget: (db: Queryable, at: Date) =>
    changed(
      db,
      sql`delete from sessions where expires_at <= ${at}
            or token_id in (select id from tokens where revoked_at is not null)`,
    ),
};
