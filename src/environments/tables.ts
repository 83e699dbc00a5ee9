import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type {
  Deploy,
  Environment,
  EnvironmentState,
  EnvironmentStore,
  ServiceInstance,
  Share,
} from './environment.ts';
import type { Config } from '../config/config.ts';

const environmentColumns =
  sql.raw(`e.id, e.app_id as "appId", a.name as app, e.name, e.kind, e.branch, e.host,
  e.state, e.reason, e.deploy_id as "deployId", e.shares, e.variables, e.created_at as "createdAt", e.pushed_at as "pushedAt",
  e.requested_at as "requestedAt", e.requests, e.warned_at as "warnedAt", e.destroyed_at as "destroyedAt",
  e.destroy_reason as "destroyReason"`);
const fromEnvironments = sql.raw('environments e join apps a on a.id = e.app_id');

const deployColumns = sql.raw(`id, environment_id as "environmentId", number, push_id as "pushId",
  artifact_key as "artifactKey", commit, state, reason, log_tail as "logTail", started_at as "startedAt",
  ended_at as "endedAt", released_at as "releasedAt", warm_until as "warmUntil"`);

const instanceColumns = sql.raw(
  `id, environment_id as "environmentId", deploy_id as "deployId", service, ordinal, attempt, state, host, port`,
);

export const environments = {
  add: (
    db: Queryable,
    environment: Pick<Environment, 'id' | 'appId' | 'name' | 'kind' | 'branch' | 'host' | 'state'>,
  ) =>
    changed(
      db,
      sql`insert into environments (id, app_id, name, kind, branch, host, state)
          values (${environment.id}, ${environment.appId}, ${environment.name}, ${environment.kind},
            ${environment.branch}, ${environment.host}, ${environment.state})
          on conflict (app_id, name) where state <> 'destroyed' do nothing`,
    ),
  get: (db: Queryable, id: string) =>
    row<Environment>(
      db,
      sql`select ${environmentColumns} from ${fromEnvironments} where e.id = ${id}`,
    ),
  /** The living one of this name, else the one that was destroyed last. */
  byName: (db: Queryable, app: string, name: string) =>
    row<Environment>(
      db,
      sql`select ${environmentColumns} from ${fromEnvironments} where a.name = ${app} and e.name = ${name}
          order by e.state = 'destroyed', e.created_at desc limit 1`,
    ),
  living: (db: Queryable, appId: string | null = null) =>
    rows<Environment>(
      db,
      sql`select ${environmentColumns} from ${fromEnvironments}
          where e.state <> 'destroyed' and (${appId}::text is null or e.app_id = ${appId})
          order by a.name, e.kind desc, e.created_at`,
    ),
  /** Those that serve and whose file has jobs with a schedule. */
  withSchedules: (db: Queryable) =>
    rows<Environment & { config: Config }>(
      db,
      sql`select ${environmentColumns}, e.config from ${fromEnvironments}
          where e.state = 'live' and jsonb_path_exists(e.config, '$.jobs.*.schedule ? (@ != null)')`,
    ),
  /** Living and destroyed ones with these ids. */
  known: (db: Queryable, ids: readonly string[]) =>
    rows<Environment>(
      db,
      sql`select ${environmentColumns} from ${fromEnvironments} where e.id = any(${[...ids]})`,
    ),
  /** Moves to a state from one of the others; false: it was in none of them. */
  move: async (
    db: Queryable,
    id: string,
    to: { state: EnvironmentState; from: readonly EnvironmentState[]; reason: string | null },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update environments set state = ${to.state}, reason = ${to.reason}
          where id = ${id} and state = any(${[...to.from]})`,
    )) > 0,
  explain: (db: Queryable, id: string, reason: string | null) =>
    changed(db, sql`update environments set reason = ${reason} where id = ${id}`),
  pushed: (db: Queryable, id: string, at: Date) =>
    changed(
      db,
      sql`update environments set pushed_at = greatest(pushed_at, ${at}::timestamptz), warned_at = null where id = ${id}`,
    ),
  /** The deploy that serves from now on. Only a living environment can get one. */
  serve: async (
    db: Queryable,
    id: string,
    serving: { deployId: string; config: Config },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update environments set state = 'live', reason = null, deploy_id = ${serving.deployId}, shares = null,
            config = ${JSON.stringify(serving.config)}::jsonb
          where id = ${id} and state in ('creating', 'live', 'failed')`,
    )) > 0,
  /** Who gets which part from now on; null: all of it the deploy that serves. Only in a living environment. */
  share: async (db: Queryable, id: string, shares: readonly Share[] | null): Promise<boolean> =>
    (await changed(
      db,
      sql`update environments set shares = ${shares && JSON.stringify(shares)}::jsonb
          where id = ${id} and state = 'live'`,
    )) > 0,
  config: async (db: Queryable, id: string): Promise<Config | null> =>
    (
      await row<{ config: Config | null }>(
        db,
        sql`select config from environments where id = ${id}`,
      )
    )?.config ?? null,
  setVariables: (db: Queryable, id: string, variables: Record<string, string>) =>
    changed(
      db,
      sql`update environments set variables = ${JSON.stringify(variables)}::jsonb where id = ${id}`,
    ),
  requested: (db: Queryable, seen: { id: string; at: Date; requests: number }) =>
    changed(
      db,
      sql`update environments set requests = greatest(requests, ${seen.requests}),
            requested_at = greatest(requested_at, ${seen.at}::timestamptz),
            warned_at = case when ${seen.at}::timestamptz > coalesce(warned_at, 'infinity') then null else warned_at end
          where id = ${seen.id}`,
    ),
  warned: (db: Queryable, id: string, at: Date) =>
    changed(
      db,
      sql`update environments set warned_at = ${at} where id = ${id} and warned_at is null`,
    ),
  /** The decision to destroy; false when somebody decided before. */
  condemn: async (db: Queryable, id: string, why: string): Promise<boolean> =>
    (await changed(
      db,
      sql`update environments set state = 'destroying', reason = ${why}, destroy_reason = ${why}
          where id = ${id} and state not in ('destroying', 'destroyed')`,
    )) > 0,
  destroyed: (db: Queryable, id: string) =>
    changed(
      db,
      sql`update environments set state = 'destroyed', deploy_id = null, destroyed_at = now()
          where id = ${id} and state = 'destroying'`,
    ),
  /** Previews that hold a place, and those that wait for one, in order. */
  places: (db: Queryable, appId: string) =>
    rows<{ id: string; name: string; state: EnvironmentState }>(
      db,
      sql`select id, name, state from environments where app_id = ${appId} and kind = 'preview'
            and state <> 'destroyed' order by created_at, id`,
    ),
};

export const deploys = {
  begin: (
    db: Queryable,
    deploy: Pick<Deploy, 'id' | 'environmentId' | 'pushId' | 'artifactKey' | 'commit'> & {
      config: Config;
    },
  ) =>
    row<Deploy>(
      db,
      sql`insert into deploys (id, environment_id, number, push_id, artifact_key, commit, config, state)
          select ${deploy.id}, ${deploy.environmentId}, coalesce(max(number), 0) + 1, ${deploy.pushId},
            ${deploy.artifactKey}, ${deploy.commit}, ${JSON.stringify(deploy.config)}::jsonb, 'running'
          from deploys where environment_id = ${deploy.environmentId}
          on conflict (id) do update set state = deploys.state
          returning ${deployColumns}`,
    ),
  get: (db: Queryable, id: string) =>
    row<Deploy>(db, sql`select ${deployColumns} from deploys where id = ${id}`),
  config: async (db: Queryable, id: string): Promise<Config | null> =>
    (await row<{ config: Config }>(db, sql`select config from deploys where id = ${id}`))?.config ??
    null,
  of: (db: Queryable, environmentId: string, limit: number) =>
    rows<Deploy>(
      db,
      sql`select ${deployColumns} from deploys where environment_id = ${environmentId}
          order by number desc limit ${limit}`,
    ),
  end: (db: Queryable, id: string, end: Pick<Deploy, 'state' | 'reason' | 'logTail'>) =>
    changed(
      db,
      sql`update deploys set state = ${end.state}, reason = ${end.reason}, log_tail = ${end.logTail}, ended_at = now()
          where id = ${id} and state = 'running'`,
    ),
  /** Its instances are kept running for so long, in case somebody wants it back. */
  keepWarm: (db: Queryable, id: string, forMs: number) =>
    changed(
      db,
      sql`update deploys set warm_until = now() + make_interval(secs => ${forMs / 1000}) where id = ${id}`,
    ),
  /** The one that serves replaces all before it. */
  live: (db: Queryable, id: string, environmentId: string) =>
    changed(
      db,
      sql`update deploys set state = case when id = ${id} then 'live' else 'replaced' end,
            ended_at = case when id = ${id} then now() else ended_at end,
            released_at = case when id = ${id} then coalesce(released_at, now()) else released_at end,
            warm_until = case when id = ${id} then null else warm_until end
          where environment_id = ${environmentId} and (id = ${id} or state = 'live')`,
    ),
};

export const instances = {
  add: (db: Queryable, instance: Omit<ServiceInstance, 'state'>) =>
    changed(
      db,
      sql`insert into instances (id, environment_id, deploy_id, service, ordinal, attempt, state, host, port)
          values (${instance.id}, ${instance.environmentId}, ${instance.deployId}, ${instance.service},
            ${instance.ordinal}, ${instance.attempt}, 'starting', ${instance.host}, ${instance.port})
          on conflict (id) do update set host = excluded.host, port = excluded.port`,
    ),
  of: (db: Queryable, environmentId: string) =>
    rows<ServiceInstance>(
      db,
      sql`select ${instanceColumns} from instances
          where environment_id = ${environmentId} and state <> 'stopped' order by service, ordinal`,
    ),
  /** All that are meant to run, everywhere. */
  living: (db: Queryable) =>
    rows<ServiceInstance>(
      db,
      sql`select ${instanceColumns} from instances where state <> 'stopped' order by id`,
    ),
  move: (db: Queryable, ids: readonly string[], state: ServiceInstance['state']) =>
    changed(
      db,
      sql`update instances set state = ${state},
            stopped_at = case when ${state} = 'stopped' then now() else stopped_at end
          where id = any(${[...ids]})`,
    ),
};

export const stores = {
  of: (db: Queryable, environmentId: string) =>
    rows<EnvironmentStore>(
      db,
      sql`select name, kind, database, snapshot_id as "snapshotId", seed_reason as "seedReason", migrations,
            seeded_at as "seededAt", shared_with as "sharedWith"
          from stores where environment_id = ${environmentId} order by name`,
    ),
  put: (db: Queryable, environmentId: string, store: Omit<EnvironmentStore, 'seededAt'>) =>
    changed(
      db,
      sql`insert into stores (environment_id, name, kind, database, snapshot_id, seed_reason, shared_with, migrations)
          values (${environmentId}, ${store.name}, ${store.kind}, ${store.database}, ${store.snapshotId},
            ${store.seedReason}, ${store.sharedWith}, ${JSON.stringify(store.migrations)}::jsonb)
          on conflict (environment_id, name) do update set snapshot_id = excluded.snapshot_id,
            seed_reason = excluded.seed_reason, shared_with = excluded.shared_with,
            migrations = excluded.migrations, seeded_at = now()`,
    ),
  migrated: (db: Queryable, environmentId: string, name: string, migrations: readonly string[]) =>
    changed(
      db,
      sql`update stores set migrations = ${JSON.stringify(migrations)}::jsonb
          where environment_id = ${environmentId} and name = ${name}`,
    ),
};
