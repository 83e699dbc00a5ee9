import { newId } from '../kernel/id.ts';
import { publish } from '../events/publish.ts';
import {
  changed,
  inTransaction,
  row,
  rows,
  sql,
  type Database,
  type Queryable,
} from '../db/pool.ts';

export interface App {
  id: string;
  name: string;
  mainBranch: string;
  /** The repository it follows; null: people push here. */
  source: string | null;
  /** Sealed; see followedAddress. */
  sourceAddress: Buffer | null;
  webhookSecret: Buffer | null;
  syncedAt: Date | null;
  syncError: string | null;
  createdAt: Date;
}

export interface Branch {
  name: string;
  head: string | null;
  movedAt: Date;
  goneAt: Date | null;
  goneWhy: string | null;
}

export interface Push {
  id: string;
  appId: string;
  app: string;
  branch: string;
  beforeCommit: string | null;
  commit: string;
  by: string;
  at: Date;
  state: 'waiting' | 'running' | 'live' | 'passed' | 'failed' | 'superseded' | 'refused';
  reason: string | null;
  fix: string[];
  url: string | null;
  endedAt: Date | null;
}

const appColumns =
  sql.raw(`id, name, main_branch as "mainBranch", source, source_address as "sourceAddress", webhook_secret as "webhookSecret",
  synced_at as "syncedAt", sync_error as "syncError", created_at as "createdAt"`);

const pushColumns =
  sql.raw(`p.id, p.app_id as "appId", a.name as app, p.branch, p.before_commit as "beforeCommit",
  p.commit, p.by, p.at, p.state, p.reason, p.fix, p.url, p.ended_at as "endedAt"`);

export const apps = {
  add: (
    db: Queryable,
    app: Pick<App, 'name' | 'mainBranch' | 'source' | 'sourceAddress' | 'webhookSecret'>,
  ) =>
    row<App>(
      db,
      sql`insert into apps (id, name, main_branch, source, source_address, webhook_secret)
          values (${newId()}, ${app.name}, ${app.mainBranch}, ${app.source}, ${app.sourceAddress}, ${app.webhookSecret})
          on conflict (name) do nothing returning ${appColumns}`,
    ),
  all: (db: Queryable) =>
    rows<App>(db, sql`select ${appColumns} from apps where removed_at is null order by name`),
  byName: (db: Queryable, name: string) =>
    row<App>(db, sql`select ${appColumns} from apps where name = ${name} and removed_at is null`),
  byId: (db: Queryable, id: string) =>
    row<App>(db, sql`select ${appColumns} from apps where id = ${id}`),
  synced: (db: Queryable, id: string, error: string | null) =>
    changed(db, sql`update apps set synced_at = now(), sync_error = ${error} where id = ${id}`),
  /** From now on nobody finds it by its name; the name is free once its row is gone. Repeatable. */
  leave: (db: Queryable, id: string) =>
    changed(db, sql`update apps set removed_at = now() where id = ${id} and removed_at is null`),
  leaving: (db: Queryable) =>
    rows<App>(db, sql`select ${appColumns} from apps where removed_at is not null order by name`),
  /** With all that hangs on it. */
  remove: (db: Queryable, id: string) => changed(db, sql`delete from apps where id = ${id}`),
};

export const branches = {
  all: (db: Queryable, appId: string) =>
    rows<Branch>(
      db,
      sql`select name, head, moved_at as "movedAt", gone_at as "goneAt", gone_why as "goneWhy"
          from branches where app_id = ${appId} order by name`,
    ),
  get: (db: Queryable, appId: string, name: string) =>
    row<Branch>(
      db,
      sql`select name, head, moved_at as "movedAt", gone_at as "goneAt", gone_why as "goneWhy"
          from branches where app_id = ${appId} and name = ${name}`,
    ),
  /** Knows a branch without following it: it is too old to be worth an environment unless somebody asks. */
  note: (db: Queryable, appId: string, branch: { name: string; head: string; movedAt: Date }) =>
    changed(
      db,
      sql`insert into branches (app_id, name, head, moved_at)
          values (${appId}, ${branch.name}, ${branch.head}, ${branch.movedAt}) on conflict (app_id, name) do nothing`,
    ),
  /**
   * The positive proof that a branch is gone, and what it is. One that has another head by now has come back
   * since, and stays. Repeatable.
   */
  gone: (
    db: Queryable,
    appId: string,
    { name, head, why }: { name: string; head: string | null; why: string },
  ) =>
    changed(
      db,
      sql`update branches set head = null, gone_at = now(), gone_why = ${why}
          where app_id = ${appId} and name = ${name} and head = ${head}`,
    ),
};

export const pushes = {
  get: (db: Queryable, id: string) =>
    row<Push>(
      db,
      sql`select ${pushColumns} from pushes p join apps a on a.id = p.app_id where p.id = ${id}`,
    ),
  recent: (db: Queryable, appId: string, limit: number) =>
    rows<Push>(
      db,
      sql`select ${pushColumns} from pushes p join apps a on a.id = p.app_id
          where p.app_id = ${appId} order by p.at desc limit ${limit}`,
    ),
  /** Newest first, of one app and branch or of all. */
  list: (db: Queryable, of: { appId: string | null; branch: string | null; limit: number }) =>
    rows<Push>(
      db,
      sql`select ${pushColumns} from pushes p join apps a on a.id = p.app_id
          where (${of.appId}::text is null or p.app_id = ${of.appId})
            and (${of.branch}::text is null or p.branch = ${of.branch})
          order by p.at desc, p.id desc limit ${of.limit}`,
    ),
  /** The newest push of a branch. */
  newest: (db: Queryable, appId: string, branch: string) =>
    row<Push>(
      db,
      sql`select ${pushColumns} from pushes p join apps a on a.id = p.app_id
          where p.app_id = ${appId} and p.branch = ${branch} order by p.at desc, p.id desc limit 1`,
    ),
  /** Those that go on as candidates are left to their candidates. */
  unfinished: (db: Queryable) =>
    rows<Push>(
      db,
      sql`select ${pushColumns} from pushes p join apps a on a.id = p.app_id
          where p.ended_at is null and p.candidate_id is null order by p.at`,
    ),
  /** Whoever pushed what the reconciler had noticed before it was told. */
  claim: (db: Queryable, id: string, by: string) =>
    changed(db, sql`update pushes set by = ${by} where id = ${id} and by = 'reconciler'`),
  running: (db: Queryable, id: string) =>
    changed(db, sql`update pushes set state = 'running' where id = ${id} and ended_at is null`),
  /** Ends a push once; a second ending changes nothing. Tells onlookers in the same transaction. */
  end: (
    db: Database,
    push: Pick<Push, 'id' | 'app'>,
    end: {
      state: Push['state'];
      text: string;
      reason?: string;
      fix?: readonly string[];
      url?: string | null;
      environment?: string | null;
    },
  ) =>
    inTransaction(db, async (tx) => {
      const ended = await changed(
        tx,
        sql`update pushes set state = ${end.state}, reason = ${end.reason ?? null}, url = ${end.url ?? null},
              fix = ${[...(end.fix ?? [])]}::text[], ended_at = now()
            where id = ${push.id} and ended_at is null`,
      );
      if (ended === 0) return;
      await publish(tx, {
        kind: 'push-ended',
        app: push.app,
        push: push.id,
        environment: end.environment ?? null,
        text: end.text,
        data: { state: end.state, url: end.url ?? null, fix: end.fix ?? [] },
      });
    }),
};

export interface Move {
  branch: string;
  before: string | null;
  commit: string;
}

/**
 * Records one accepted move of a branch and the push that follows it. Returns null when it is known already.
 * A branch that was rewritten or is new under an old name has yet to get commits of its own: that main
 * contains it does not mean that it was merged. `onlyFromBefore`: news that may be old, recorded only when the
 * branch is still known to be at `before`.
 */
export async function recordMove(
  tx: Queryable,
  move: Move & { app: App; rewritten: boolean; by: string; onlyFromBefore?: boolean },
): Promise<Push | null> {
  const fromAnywhere = !move.onlyFromBefore;
  const moved = await changed(
    tx,
    sql`insert into branches as known (app_id, name, head) values (${move.app.id}, ${move.branch}, ${move.commit})
        on conflict (app_id, name) do update set head = excluded.head, moved_at = now(), gone_at = null, gone_why = null,
          ahead = known.ahead and known.head is not null and not ${move.rewritten}
        where known.head is distinct from excluded.head
          and (${fromAnywhere} or known.head is not distinct from ${move.before}::text)`,
  );
  if (moved === 0) return null;
  const id = newId();
  // clock_timestamp: two pushes of one transaction still have an order.
  await sql`insert into pushes (id, app_id, branch, before_commit, commit, by, at)
    values (${id}, ${move.app.id}, ${move.branch}, ${move.before}, ${move.commit}, ${move.by}, clock_timestamp())`.execute(
    tx,
  );
  return pushes.get(tx, id);
}
