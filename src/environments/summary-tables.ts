import { row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Environment, Lease } from './environment.ts';

/** Everything a list of environments shows, read in one query however many there are. */
export interface SummaryRow extends Environment {
  /** What serves. */
  commit: string | null;
  leaseOwner: string | null;
  leaseReason: string | null;
  leaseUntil: Date | null;
  /** Of its own file; null: it has none yet. */
  warnMs: number | null;
  destroyMs: number | null;
  /** From 1, while queued. */
  place: number | null;
  /** Where its data comes from, store by store. */
  data: string | null;
  latelyRequests: number;
  latelyBad: number;
}

interface Wanted {
  appId?: string | null;
  /** Absent: all living ones. */
  id?: string | null;
  /** Traffic is summed from the minute of this instant on. */
  since: Date;
}

export const summaries = {
  /** Living ones by app, kind and name; by id also one that is gone. */
  list: (db: Queryable, { appId = null, id = null, since }: Wanted) =>
    rows<SummaryRow>(
      db,
      sql`
        with wanted as (
          select *, case when state = 'queued' then row_number() over (
              partition by app_id, state order by created_at, id)::int end as place
          from environments
          where (${id}::text is null and state <> 'destroyed' or id = ${id}
              or state = 'queued' and app_id = (select app_id from environments where id = ${id}))
            and (${appId}::text is null or app_id = ${appId}))
        select e.id, e.app_id as "appId", a.name as app, e.name, e.kind, e.branch, e.host, e.state, e.reason,
          e.deploy_id as "deployId", e.shares, e.variables, e.created_at as "createdAt", e.pushed_at as "pushedAt",
          e.requested_at as "requestedAt", e.requests, e.warned_at as "warnedAt",
          e.destroyed_at as "destroyedAt", e.destroy_reason as "destroyReason", e.place,
          (e.config #>> '{environments,preview,idle,warnMs}')::float as "warnMs",
          (e.config #>> '{environments,preview,idle,destroyMs}')::float as "destroyMs",
          d.commit, l.owner as "leaseOwner", l.reason as "leaseReason", l.until as "leaseUntil", s.data,
          coalesce(t.requests, 0)::bigint as "latelyRequests", coalesce(t.bad, 0)::bigint as "latelyBad"
        from wanted e
          join apps a on a.id = e.app_id
          left join deploys d on d.id = e.deploy_id
          left join leases l on l.environment_id = e.id and l.until > now()
          left join (
            select environment_id, string_agg(name || ': ' || seed_reason, '; ' order by name) as data
            from stores group by environment_id) s on s.environment_id = e.id
          left join (
            select environment, sum(requests) as requests, sum(bad) as bad from traffic_lately
            where minute >= date_trunc('minute', ${since}::timestamptz, 'UTC')
              and (${id}::text is null or environment = ${id})
            group by environment) t on t.environment = e.id
        where ${id}::text is null or e.id = ${id}
        order by a.name, e.kind desc, e.name`,
    ),
  /** How many living environments each app has. */
  counts: async (db: Queryable): Promise<Map<string, number>> => {
    const counted = await rows<{ appId: string; count: number }>(
      db,
      sql`select app_id as "appId", count(*)::int as count from environments
          where state <> 'destroyed' group by app_id`,
    );
    return new Map(counted.map(({ appId, count }) => [appId, count]));
  },
  /** Everything it ran, the newest deploy's first, also what is stopped. */
  instancesOf: (db: Queryable, environmentId: string) =>
    rows<{ id: string; deployId: string; service: string; state: string }>(
      db,
      sql`select i.id, i.deploy_id as "deployId", i.service, i.state
          from instances i join deploys d on d.id = i.deploy_id
          where i.environment_id = ${environmentId} order by d.number desc, i.service, i.ordinal`,
    ),
  /** Its newest push that is under way, asked for by hand or not. */
  openPush: (
    db: Queryable,
    { appId, branch, name }: Pick<Environment, 'appId' | 'branch' | 'name'>,
  ) =>
    row<{ id: string }>(
      db,
      sql`select id from pushes where app_id = ${appId} and branch = ${branch} and ended_at is null
            and (target is null or target = ${name}) order by at desc, id desc limit 1`,
    ),
};

export const leaseOf = ({ leaseOwner, leaseReason, leaseUntil }: SummaryRow): Lease | null =>
  leaseUntil && { owner: leaseOwner ?? '', reason: leaseReason ?? '', until: leaseUntil };
