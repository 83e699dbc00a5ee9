import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';

/** One going back to an earlier release. */
export interface Rollback {
  id: string;
  environmentId: string;
  /** The deploy that was bad. */
  from: string;
  /** The deploy that serves instead. */
  to: string;
  kind: 'at once' | 'starting again';
  /** The deploy that starts it again, once it was asked for. */
  deploy: string | null;
  reason: string;
  by: string;
  at: Date;
  /** null: what it left behind is still being tidied away. */
  endedAt: Date | null;
  outcome: string | null;
}

const columns = sql.raw(
  `id, environment_id as "environmentId", from_deploy as "from", to_deploy as "to", kind, deploy, reason, by, at,
  ended_at as "endedAt", outcome`,
);

export const rollbacks = {
  begin: (
    db: Queryable,
    rollback: Pick<Rollback, 'id' | 'environmentId' | 'from' | 'to' | 'kind' | 'reason' | 'by'>,
  ) =>
    changed(
      db,
      sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, reason, by)
          values (${rollback.id}, ${rollback.environmentId}, ${rollback.from}, ${rollback.to}, ${rollback.kind},
            ${rollback.reason}, ${rollback.by})`,
    ),
  get: (db: Queryable, id: string) =>
    row<Rollback>(db, sql`select ${columns} from rollbacks where id = ${id}`),
  /** Newest first. */
  of: (db: Queryable, environmentId: string, limit: number) =>
    rows<Rollback>(
      db,
      sql`select ${columns} from rollbacks where environment_id = ${environmentId}
          order by at desc, id limit ${limit}`,
    ),
  /** The newest that undid this deploy. */
  from: (db: Queryable, deploy: string) =>
    row<Rollback>(
      db,
      sql`select ${columns} from rollbacks where from_deploy = ${deploy} order by at desc limit 1`,
    ),
  allOpen: (db: Queryable) =>
    rows<Rollback>(db, sql`select ${columns} from rollbacks where ended_at is null order by at`),
  startsBy: (db: Queryable, id: string, deploy: string) =>
    changed(db, sql`update rollbacks set deploy = ${deploy} where id = ${id}`),
  end: (db: Queryable, id: string, outcome: string) =>
    changed(
      db,
      sql`update rollbacks set ended_at = now(), outcome = ${outcome} where id = ${id} and ended_at is null`,
    ),
  endOpen: (db: Queryable, environmentId: string, outcome: string) =>
    changed(
      db,
      sql`update rollbacks set ended_at = now(), outcome = ${outcome}
          where environment_id = ${environmentId} and ended_at is null`,
    ),
};

/** What a rollback asks of and does to deploys and instances. */
export const releases = {
  /** The newest release before this deploy that is good for going back to: another commit, and not undone itself. */
  before: (db: Queryable, { environmentId, deploy }: { environmentId: string; deploy: string }) =>
    row<{ id: string }>(
      db,
      sql`select d.id from deploys d join deploys now on now.id = ${deploy}
          where d.environment_id = ${environmentId} and d.number < now.number and d.commit <> now.commit
            and d.released_at is not null and d.state <> 'rolled-back'
            and not exists (select from rollbacks r where r.from_deploy = d.id and not exists
              (select from rollbacks later where later.to_deploy = d.id and later.at > r.at))
          order by d.number desc limit 1`,
    ),
  /** Those that were released and have this number or id, or whose commit begins so; newest first. */
  named: (db: Queryable, environmentId: string, text: string) =>
    rows<{ id: string }>(
      db,
      sql`select id from deploys
          where environment_id = ${environmentId}
            and (id = ${text} or number::text = ${text} or (length(${text}) >= 4 and starts_with(commit, ${text})))
          order by id = ${text} desc, number::text = ${text} desc, released_at is null, number desc`,
    ),
  undo: (db: Queryable, ids: readonly string[], reason: string) =>
    changed(
      db,
      sql`update deploys set state = 'rolled-back', reason = ${reason}, warm_until = null,
            ended_at = coalesce(ended_at, now())
          where id = any(${[...ids]})`,
    ),
  /** Replaced ones whose time of being kept warm is over, or that were told to be warm for no time at all. */
  cooling: (db: Queryable, now: Date) =>
    rows<{ id: string; environmentId: string }>(
      db,
      sql`select distinct d.id, d.environment_id as "environmentId"
          from deploys d join instances i on i.deploy_id = d.id and i.state = 'warm'
            join environments e on e.id = d.environment_id
          where e.deploy_id is distinct from d.id and coalesce(d.warm_until, '-infinity') <= ${now}`,
    ),
  cooled: (db: Queryable, id: string) =>
    changed(db, sql`update deploys set warm_until = null where id = ${id}`),
  /** Those that were replaced and still take requests if they are given some, with their end. */
  warm: (db: Queryable, environmentId: string) =>
    rows<{ id: string; number: number; commit: string; until: Date }>(
      db,
      sql`select id, number, commit, warm_until as until from deploys
          where environment_id = ${environmentId} and warm_until > now()
            and exists (select from instances i
              where i.deploy_id = deploys.id and i.state = 'warm' and i.service = 'web')
          order by number desc`,
    ),
  /** Every copy of a deploy that ever ran, the latest attempt of each. */
  latestAttempts: (db: Queryable, deploy: string) =>
    rows<{ id: string; service: string; ordinal: number; attempt: number; state: string }>(
      db,
      sql`select distinct on (service, ordinal) id, service, ordinal, attempt, state from instances
          where deploy_id = ${deploy} order by service, ordinal, state = 'stopped', attempt desc`,
    ),
  /** Stopped ones count as meant to run again. */
  revive: (db: Queryable, ids: readonly string[]) =>
    changed(
      db,
      sql`update instances set state = 'starting', stopped_at = null
          where id = any(${[...ids]}) and state = 'stopped'`,
    ),
};
