import { row, rows, sql, type Queryable } from '../db/pool.ts';

/** A deploy of production that had users. */
export interface LiveDeploy {
  id: string;
  environmentId: string;
  commit: string;
  /** What the train that brought it had left with; else its commit. */
  boarded: string;
  /** Commits that its train had left behind. */
  ejected: string[];
  /** The first users came. */
  usersAt: Date;
  /** It had all requests for the first time; null: it never had. */
  releasedAt: Date | null;
  /** A rollback asked for it, and nobody's change did. */
  isWayBack: boolean;
  /** It was rolled back to something older, and did not come back. */
  isUndone: boolean;
}

/** A push of the main branch. */
export interface ArrivedPush {
  commit: string;
  at: Date;
}

const isMain = sql`p.app_id = a.id and p.branch = a.main_branch and p.target is null`;
/** Of a deploy `d` of an environment `e`. */
const journey = sql`
  left join lateral (
    select t.id, t.boarded from train_candidates c join trains t on t.id = c.train_id
      join candidates n on n.id = c.candidate_id
    where t.app_id = e.app_id and n.push_id = d.push_id order by t.number desc limit 1) j on true`;

/** What the measures are made of: production's own rows. Environments that are gone count too. */
export const delivery = {
  hasProduction: async (db: Queryable, appId: string): Promise<boolean> =>
    (await row(
      db,
      sql`select from environments where app_id = ${appId} and kind = 'production' limit 1`,
    )) !== null,
  /** When the last release before that time had all requests: what served then. null: nothing was ever released before. */
  lastReleaseBefore: async (db: Queryable, of: { appId: string; before: Date }) =>
    (
      await row<{ at: Date | null }>(
        db,
        sql`select max(d.released_at) as at from environments e join deploys d on d.environment_id = e.id
            where e.app_id = ${of.appId} and e.kind = 'production' and d.released_at < ${of.before}`,
      )
    )?.at ?? null,
  /** By when their first users came. */
  deploys: (db: Queryable, of: { appId: string; since: Date }) =>
    rows<LiveDeploy>(
      db,
      sql`select * from (
            select d.id, d.environment_id as "environmentId", d.commit, coalesce(j.boarded, d.commit) as boarded,
              array(select c.commit from train_changes c where c.train_id = j.id and c.ejected_at is not null) as ejected,
              least(d.released_at, (select min(s.began_at) from rollout_steps s
                where s.rollout_id = d.id and s.weight > 0)) as "usersAt",
              d.released_at as "releasedAt", exists (select from rollbacks r where r.deploy = d.id) as "isWayBack",
              exists (select from rollbacks r join deploys o on o.id = r.to_deploy
                  where r.from_deploy = d.id and o.number < d.number and not exists (
                    select from rollbacks later where later.to_deploy = d.id and later.at > r.at))
                or d.state = 'rolled-back' and not exists (select from rollbacks r where r.from_deploy = d.id) as "isUndone"
            from environments e join deploys d on d.environment_id = e.id ${journey}
            where e.app_id = ${of.appId} and e.kind = 'production'
              and (d.ended_at is null or d.ended_at >= ${of.since} or d.released_at >= ${of.since})) had
          where "usersAt" is not null order by "usersAt", id`,
    ),
  /** Releases of before that had all requests at once again. */
  waysBack: (db: Queryable, of: { appId: string; since: Date }) =>
    rows<{ deploy: string; commit: string; at: Date }>(
      db,
      sql`select r.to_deploy as deploy, d.commit, r.at
          from environments e join rollbacks r on r.environment_id = e.id join deploys d on d.id = r.to_deploy
          where e.app_id = ${of.appId} and e.kind = 'production' and r.kind = 'at once' and r.at >= ${of.since}
          order by r.at, r.id`,
    ),
  /** Deploys that failed where nothing served. */
  failures: (db: Queryable, of: { appId: string; since: Date }) =>
    rows<{ at: Date }>(
      db,
      sql`select d.ended_at as at from environments e join deploys d on d.environment_id = e.id
          where e.app_id = ${of.appId} and e.kind = 'production' and d.state = 'failed' and d.ended_at >= ${of.since}
            and not exists (select from deploys o where o.environment_id = e.id and o.released_at < d.ended_at)
          order by d.ended_at`,
    ),
  reverts: (db: Queryable, appId: string) =>
    rows<{ commit: string; at: Date }>(
      db,
      sql`select commit, at from commit_marks where app_id = ${appId} and mark = 'reverted'`,
    ),
  /** The newest push of the main branch that was in production before; null: nothing ever was. */
  arrivedBefore: (db: Queryable, of: { appId: string; before: Date }) =>
    row<{ at: Date | null }>(
      db,
      sql`select max(p.at) as at from (
            select e.app_id, d.push_id, d.commit, d.released_at
            from environments e join deploys d on d.environment_id = e.id
            where e.app_id = ${of.appId} and e.kind = 'production' and d.released_at < ${of.before}
            order by d.released_at desc limit 200) d
          cross join lateral (select d.app_id) e ${journey}
          join apps a on a.id = e.app_id
          left join pushes p on ${isMain} and p.commit = coalesce(j.boarded, d.commit) and p.at <= d.released_at
          having count(*) > 0`,
    ),
  /** Of the main branch, by their times. */
  pushes: (db: Queryable, of: { appId: string; after: Date | null }) =>
    rows<ArrivedPush>(
      db,
      sql`select p.commit, p.at from apps a join pushes p on ${isMain}
          where a.id = ${of.appId} and (${of.after}::timestamptz is null or p.at >= ${of.after})
          order by p.at, p.id`,
    ),
};
