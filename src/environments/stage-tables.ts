import { row, rows, sql, type Queryable } from '../db/pool.ts';
import { bucketsEnd } from './bucket-bytes.ts';
import type { Environment } from './environment.ts';

/** A living environment on the way to production, and what serves there. */
export interface StageRow extends Pick<
  Environment,
  'id' | 'name' | 'host' | 'state' | 'reason' | 'deployId'
> {
  kind: 'staging' | 'production' | 'stage';
  deploy: number | null;
  commit: string | null;
  /** Since when all requests are this deploy's; after a rollback, since that. */
  since: Date | null;
  /** Of the deploy that serves, by whatever service: those meant to run. */
  instances: { id: string; service: string }[];
}

/** What the requests to an environment came to in some time. */
export interface RecentTraffic {
  environment: string;
  requests: number;
  bad: number;
  /** Of all of them, see bucket-bytes.ts. */
  totals: Buffer;
}

export interface EnvironmentCounts {
  previews: number;
  live: number;
  failed: number;
  busy: number;
}

export const stageEnvironments = {
  of: (db: Queryable, appId: string) =>
    rows<StageRow>(
      db,
      sql`select e.id, e.name, e.kind, e.host, e.state, e.reason, e.deploy_id as "deployId", d.number as deploy, d.commit,
            greatest(d.released_at, (select max(r.at) from rollbacks r
              where r.environment_id = e.id and r.to_deploy = d.id and r.kind = 'at once')) as since,
            coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'service', i.service) order by i.id)
              from instances i where i.environment_id = e.id and i.deploy_id = d.id and i.state = 'serving'), '[]') as instances
          from environments e left join deploys d on d.id = e.deploy_id
          where e.app_id = ${appId} and e.kind <> 'preview' and e.state <> 'destroyed' order by e.created_at, e.id`,
    ),
  /** Of all living environments of an app; previews are among them. */
  counts: async (db: Queryable, appId: string): Promise<EnvironmentCounts> =>
    (await row<EnvironmentCounts>(
      db,
      sql`select count(*) filter (where kind = 'preview')::int as previews,
            count(*) filter (where state = 'live')::int as live, count(*) filter (where state = 'failed')::int as failed,
            count(*) filter (where state in ('queued', 'creating', 'destroying'))::int as busy
          from environments where app_id = ${appId} and state <> 'destroyed'`,
    )) ?? { previews: 0, live: 0, failed: 0, busy: 0 },
  /** Those that were asked for anything. */
  traffic: (db: Queryable, of: { environments: readonly string[]; from: Date; before: Date }) =>
    rows<RecentTraffic>(
      db,
      sql`select l.environment, sum(t.requests)::bigint as requests, sum(t.bad)::bigint as bad,
            string_agg(t.total, ${bucketsEnd}::bytea) as totals
          from traffic_lines l join traffic t on t.line = l.id
          where l.environment = any(${[...of.environments]}::text[]) and t.at >= ${of.from} and t.at < ${of.before}
          group by l.environment`,
    ),
};
