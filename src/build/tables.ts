import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Artifact } from './artifact.ts';

export interface BuildRow {
  key: string;
  appId: string;
  attempt: number;
  state: 'running' | 'built' | 'failed';
  reason: string | null;
  logTail: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

const artifactColumns = sql.raw(
  `key, app_id as "appId", commit, tree, sha256, bytes, built_at as "builtAt"`,
);
const buildColumns = sql.raw(
  `key, app_id as "appId", attempt, state, reason, log_tail as "logTail", started_at as "startedAt", ended_at as "endedAt"`,
);

export const artifacts = {
  get: (db: Queryable, key: string) =>
    row<Artifact>(
      db,
      sql`select ${artifactColumns} from artifacts where key = ${key} and gone_at is null`,
    ),
  /** Also marks it as used now, so that retention leaves it alone. */
  use: (db: Queryable, key: string) =>
    row<Artifact>(
      db,
      sql`update artifacts set used_at = now() where key = ${key} and gone_at is null returning ${artifactColumns}`,
    ),
  add: (db: Queryable, artifact: Omit<Artifact, 'builtAt'>) =>
    changed(
      db,
      sql`insert into artifacts (key, app_id, tree, commit, sha256, bytes)
          values (${artifact.key}, ${artifact.appId}, ${artifact.tree}, ${artifact.commit}, ${artifact.sha256}, ${artifact.bytes})
          on conflict (key) do update set sha256 = excluded.sha256, bytes = excluded.bytes,
            built_at = now(), used_at = now(), gone_at = null`,
    ),
  gone: (db: Queryable, key: string) =>
    changed(db, sql`update artifacts set gone_at = now() where key = ${key} and gone_at is null`),
  /** Not used since, and not what any environment runs. */
  unused: (db: Queryable, usedBefore: Date) =>
    rows<{ key: string }>(
      db,
      sql`select key from artifacts a where gone_at is null and used_at < ${usedBefore}
            and not exists (select from deploys d where d.artifact_key = a.key and d.state in ('running', 'live'))`,
    ),
};

export const builds = {
  get: (db: Queryable, key: string) =>
    row<BuildRow>(db, sql`select ${buildColumns} from builds where key = ${key}`),
  /** Joins a running build or begins the next attempt; a built one whose artifact is gone begins anew too. */
  begin: (db: Queryable, key: string, appId: string) =>
    row<BuildRow>(
      db,
      sql`insert into builds as known (key, app_id, state) values (${key}, ${appId}, 'running')
          on conflict (key) do update set
            attempt = known.attempt + case when known.state = 'running' then 0 else 1 end,
            started_at = case when known.state = 'running' then known.started_at else now() end,
            state = 'running', reason = null, log_tail = null, ended_at = null
          returning ${buildColumns}`,
    ),
  /** Ends this attempt; a later one is none of its business. */
  end: (
    db: Queryable,
    { key, attempt }: { key: string; attempt: number },
    end: { state: 'built' | 'failed'; reason: string | null; logTail: string | null },
  ) =>
    changed(
      db,
      sql`update builds set state = ${end.state}, reason = ${end.reason}, log_tail = ${end.logTail}, ended_at = now()
          where key = ${key} and attempt = ${attempt} and state = 'running'`,
    ),
  endedBefore: (db: Queryable, before: Date) =>
    rows<BuildRow>(db, sql`select ${buildColumns} from builds where ended_at < ${before}`),
};
