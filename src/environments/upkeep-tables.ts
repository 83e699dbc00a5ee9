import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import { names } from './environment.ts';

/** What the reconciler, doctor and retention ask across all tables. */
export const upkeep = {
  /** Admissions to one app's places happen one after the other; ends with the transaction. */
  lockAdmission: (tx: Queryable, appId: string) =>
    changed(tx, sql`select pg_advisory_xact_lock(hashtext('admission:' || ${appId}))`),
  condemned: (db: Queryable) =>
    rows<{ id: string }>(db, sql`select id from environments where state = 'destroying'`),
  endDeploysOf: (db: Queryable, environmentId: string) =>
    changed(
      db,
      sql`update deploys set state = 'replaced', ended_at = coalesce(ended_at, now())
          where environment_id = ${environmentId} and state in ('running', 'live')`,
    ),
  /** Deploys whose push has ended and for which nobody holds or waits for the lock. */
  endBrokenDeploys: (db: Queryable, reason: string) =>
    rows<{ id: string }>(
      db,
      sql`update deploys d set state = 'failed', reason = ${reason}, ended_at = now()
          from pushes p
          where d.state = 'running' and p.id = d.push_id and p.ended_at is not null
            and not exists (select from lock_queue where name = ${names.lock('')} || d.environment_id)
          returning d.id`,
    ),
  /** null: the deploy has not ended, or is kept warm. */
  endedDeploy: (db: Queryable, environmentId: string, id: string) =>
    row<{ newest: boolean }>(
      db,
      sql`select number = (select max(number) from deploys where environment_id = ${environmentId}) as newest
          from deploys where environment_id = ${environmentId} and id = ${id}
            and state in ('replaced', 'rolled-back', 'failed', 'superseded')
            -- Whoever retires what was warm knows whether somebody wants it back: this comes later.
            and (warm_until is null or warm_until < now() - interval '1 minute')
            and id <> all(select deploy_id from environments where id = ${environmentId} and deploy_id is not null)`,
    ),
  deploysEndedBefore: (db: Queryable, before: Date) =>
    rows<{ id: string }>(
      db,
      sql`select id from deploys where ended_at < ${before} and state <> 'live'`,
    ),
  pushOfDeploy: (db: Queryable, deploy: string) =>
    row<{ push: string | null }>(db, sql`select push_id as push from deploys where id = ${deploy}`),
  /** Jobs of checks and builds that ended more than a minute ago. */
  endedJobs: (db: Queryable) =>
    rows<{ job: string }>(
      db,
      sql`select job from checks where ended_at < now() - interval '1 minute'
          union all
          select 'build-' || left(key, 16) || '-' || n from builds, generate_series(1, attempt) as n
          where ended_at < now() - interval '1 minute'`,
    ),
  jobsOfApp: (db: Queryable, appId: string) =>
    rows<{ job: string }>(
      db,
      sql`select job from checks where app_id = ${appId}
          union all
          select 'build-' || left(key, 16) || '-' || n from builds, generate_series(1, attempt) as n
          where app_id = ${appId}`,
    ),
  /** Runs of the app that may still be under way. */
  recentRuns: (db: Queryable, appId: string) =>
    rows<{ run: string }>(
      db,
      sql`select 'push-' || id as run from pushes where app_id = ${appId} and at > now() - interval '7 days'
          union all
          select 'candidate-' || id from candidates where app_id = ${appId} and ended_at is null
          union all
          select 'snapshot-' || id from snapshots where app_id = ${appId} and state = 'taking'`,
    ),
  artifactsOfApp: (db: Queryable, appId: string) =>
    rows<{ key: string }>(db, sql`select key from artifacts where app_id = ${appId}`),
  /** Of these owners' names, those of checks and builds that have rows. */
  knownWork: (db: Queryable, { checks, builds }: { checks: string[]; builds: string[] }) =>
    rows<{ owner: string }>(
      db,
      sql`select 'check:' || job as owner from checks where job = any(${checks})
          union all
          select 'build:' || left(key, 16) from builds where left(key, 16) = any(${builds})`,
    ),
  /** Of these keys, those of artifacts that are kept or being built. */
  knownArtifacts: (db: Queryable, keys: readonly string[]) =>
    rows<{ key: string }>(
      db,
      sql`select key from artifacts where key = any(${[...keys]}) and gone_at is null
          union select key from builds where key = any(${[...keys]}) and state = 'running'`,
    ),
  appNames: (db: Queryable) => rows<{ name: string }>(db, sql`select name from apps`),
  lockEpochs: (db: Queryable) =>
    rows<{ name: string; epoch: number }>(db, sql`select name, epoch from lock_epochs`),
  forgetWarning: (db: Queryable, environmentId: string) =>
    changed(db, sql`update environments set warned_at = null where id = ${environmentId}`),
  /** Both bounds hold or nothing changes, and null comes back. */
  overrideVariables: (
    db: Queryable,
    id: string,
    wanted: {
      set: Record<string, string>;
      unset: readonly string[];
      largestBytes: number;
      mostVariables: number;
    },
  ) =>
    row<{ variables: Record<string, string> }>(
      db,
      sql`with wanted as (
            select (variables - ${[...wanted.unset]}::text[]) || ${JSON.stringify(wanted.set)}::jsonb as variables
            from environments where id = ${id} for update)
          update environments set variables = wanted.variables from wanted
          where id = ${id} and length(wanted.variables::text) <= ${wanted.largestBytes}
            and (select count(*) from jsonb_object_keys(wanted.variables)) <= ${wanted.mostVariables}
          returning environments.variables`,
    ),
};
