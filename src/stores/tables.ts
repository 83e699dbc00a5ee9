import { newId } from '../kernel/id.ts';
import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Snapshot } from './snapshot.ts';

const columns =
  sql.raw(`id, app_id as "appId", store, database, source, commit, migrations, bytes, how, state,
  reason, taken_at as "takenAt"`);

export const snapshots = {
  add: (
    db: Queryable,
    snapshot: Pick<Snapshot, 'id' | 'appId' | 'store' | 'database' | 'source' | 'commit'>,
  ) =>
    changed(
      db,
      sql`insert into snapshots (id, app_id, store, database, source, commit, state)
          values (${snapshot.id}, ${snapshot.appId}, ${snapshot.store}, ${snapshot.database},
            ${snapshot.source}, ${snapshot.commit}, 'taking')
          on conflict (id) do nothing`,
    ),
  get: (db: Queryable, id: string) =>
    row<Snapshot>(db, sql`select ${columns} from snapshots where id = ${id}`),
  ready: (
    db: Queryable,
    id: string,
    taken: { bytes: number; migrations: readonly string[]; how: string; commit: string | null },
  ) =>
    changed(
      db,
      sql`update snapshots set state = 'ready', bytes = ${taken.bytes}, how = ${taken.how}, commit = ${taken.commit},
            migrations = ${JSON.stringify(taken.migrations)}::jsonb, taken_at = now()
          where id = ${id} and state = 'taking'`,
    ),
  failed: (db: Queryable, id: string, reason: string) =>
    changed(
      db,
      sql`update snapshots set state = 'failed', reason = ${reason} where id = ${id} and state = 'taking'`,
    ),
  /** Newest first. */
  usable: (db: Queryable, appId: string, store: string) =>
    rows<Snapshot>(
      db,
      sql`select ${columns} from snapshots where app_id = ${appId} and store = ${store} and state = 'ready'
          order by taken_at desc, id desc`,
    ),
  of: (db: Queryable, appId: string) =>
    rows<Snapshot>(
      db,
      sql`select ${columns} from snapshots where app_id = ${appId} and state <> 'dropped' order by taken_at desc`,
    ),
  all: (db: Queryable) =>
    rows<Snapshot>(db, sql`select ${columns} from snapshots where state <> 'dropped'`),
  /** From now on no new environment takes it; false: it was dropping already. */
  dropping: async (db: Queryable, id: string): Promise<boolean> =>
    (await changed(
      db,
      sql`update snapshots set state = 'dropping' where id = ${id} and state in ('ready', 'failed', 'taking')`,
    )) > 0,
  dropped: (db: Queryable, id: string) =>
    changed(
      db,
      sql`update snapshots set state = 'dropped', dropped_at = now() where id = ${id} and state = 'dropping'`,
    ),
  newId,
};
