import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Lease } from './environment.ts';

export const leases = {
  of: (db: Queryable, environmentId: string) =>
    row<Lease>(
      db,
      sql`select owner, reason, until from leases where environment_id = ${environmentId} and until > now()`,
    ),
  put: (db: Queryable, environmentId: string, lease: Lease) =>
    changed(
      db,
      sql`insert into leases (environment_id, owner, reason, until)
          values (${environmentId}, ${lease.owner}, ${lease.reason}, ${lease.until})
          on conflict (environment_id) do update set owner = excluded.owner, reason = excluded.reason,
            until = excluded.until, created_at = now()`,
    ),
  end: (db: Queryable, environmentId: string) =>
    changed(db, sql`delete from leases where environment_id = ${environmentId}`),
};

export const secrets = {
  set: (
    db: Queryable,
    secret: { appId: string; scope: string; name: string; sealed: Buffer; by: string },
  ) =>
    changed(
      db,
      sql`insert into secrets (app_id, scope, name, sealed, set_by)
          values (${secret.appId}, ${secret.scope}, ${secret.name}, ${secret.sealed}, ${secret.by})
          on conflict (app_id, scope, name) do update set sealed = excluded.sealed, set_by = excluded.set_by, set_at = now()`,
    ),
  /** Of these scopes; null: of all. */
  of: (db: Queryable, appId: string, scopes: readonly string[] | null) =>
    rows<{ scope: string; name: string; sealed: Buffer }>(
      db,
      sql`select scope, name, sealed from secrets where app_id = ${appId} and (${scopes === null} or scope = any(${[...(scopes ?? [])]}))`,
    ),
  list: (db: Queryable, appId: string) =>
    rows<{ scope: string; name: string; setBy: string; setAt: Date }>(
      db,
      sql`select scope, name, set_by as "setBy", set_at as "setAt" from secrets
          where app_id = ${appId} order by scope, name`,
    ),
  remove: (db: Queryable, secret: { appId: string; scope: string; name: string }) =>
    changed(
      db,
      sql`delete from secrets where app_id = ${secret.appId} and scope = ${secret.scope} and name = ${secret.name}`,
    ),
};
