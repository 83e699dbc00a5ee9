import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { Push } from '../git/push.ts';
import type { Deploy, EnvironmentState } from './environment.ts';

/** What became of a commit that was pushed, as all our rows together have it. */
export interface CommitFacts {
  commit: string;
  branch: string;
  isMain: boolean;
  state: Push['state'];
  reason: string | null;
  url: string | null;
  /** There is an artifact of it: something was deployed, or goes on as a candidate. */
  isBuilt: boolean;
  waitsForReview: string | null;
  candidate: CandidateFacts | null;
  train: { number: number; state: string; reason: string | null } | null;
  /** Why it is good; null: nobody knows whether it is. */
  good: string | null;
  /** Of its branch, the newest: why it is gone. */
  previewGone: string | null;
  checks: { name: string; state: string }[];
}

export interface CandidateFacts {
  number: number;
  state: string;
  reason: string | null;
  /** The stage it is in. */
  stage: string | null;
  hasPassedOne: boolean;
  /** Why it was taken back from where it had arrived. */
  rolledBack: string | null;
}

export interface DeployFacts {
  environment: string;
  host: string;
  environmentState: EnvironmentState;
  commit: string;
  state: Deploy['state'];
  serves: boolean;
}

export interface PreviewFacts {
  commit: string | null;
  state: EnvironmentState;
  reason: string | null;
  host: string;
  serves: boolean;
  data: { name: string; seed: string }[];
}

/** A commit may have been pushed to several branches, or again: the newest push speaks for it. */
const mostCommits = 1000;

/** What hosts are told, read from the rows of all who write them. Compared with the database's own time, as those were. */
export const hostFacts = {
  /** The beginning of what may not have been looked at, an hour early for what was being written then; to be read first. */
  window: (db: Queryable, appId: string) =>
    row<{ since: Date; now: Date }>(
      db,
      sql`select looked_until - interval '1 hour' as since, now() as now
          from code_hosts where app_id = ${appId}`,
    ),
  appName: (db: Queryable, appId: string) =>
    row<{ name: string }>(db, sql`select name from apps where id = ${appId}`),
  lookedUntil: (db: Queryable, appId: string, at: Date) =>
    changed(db, sql`update code_hosts set looked_until = ${at} where app_id = ${appId}`),
  commits: (db: Queryable, appId: string, since: Date) =>
    rows<CommitFacts>(
      db,
      sql`with touched as (
            select commit from pushes where app_id = ${appId} and ended_at is null
            union select commit from pushes where app_id = ${appId} and ended_at > ${since}
            union select commit from candidates where app_id = ${appId} and ended_at is null
            union select commit from candidates where app_id = ${appId} and ended_at > ${since}
            union select commit from trains where app_id = ${appId} and (ended_at is null or ended_at > ${since})
            union select c.commit from rollbacks r join candidate_stages s on s.deploy_id = r.from_deploy
              join candidates c on c.id = s.candidate_id where c.app_id = ${appId} and r.at > ${since}
            union select commit from commit_verdicts where app_id = ${appId} and at > ${since}
            union select d.commit from environments e join deploys d on d.environment_id = e.id
              where e.app_id = ${appId} and e.kind = 'preview'
                and (e.state = 'destroying' or e.destroyed_at > ${since})),
          pushed as (
            select p.*, a.main_branch = p.branch as is_main from touched t
            join lateral (select * from pushes p where p.app_id = ${appId} and p.commit = t.commit
              and p.state <> 'refused' order by p.at desc limit 1) p on true
            join apps a on a.id = p.app_id order by p.at desc limit ${mostCommits})
          select p.commit, p.branch, p.is_main as "isMain", p.state, p.reason, p.url,
            (c.id is not null or p.state in ('live', 'passed')
              or exists (select from deploys d where d.push_id = p.id)) as "isBuilt",
            (select w.reason from review_waits w where w.push_id = p.id) as "waitsForReview",
            case when c.id is not null then jsonb_build_object('number', c.number, 'state', c.state, 'reason', c.reason,
              'stage', (select s.name from candidate_stages s where s.candidate_id = c.id
                and s.state in ('asking', 'running', 'waiting') order by s.ordinal limit 1),
              'hasPassedOne', exists (select from candidate_stages s where s.candidate_id = c.id
                and s.state = 'passed' and s.environment <> 'package'),
              'rolledBack', (select r.reason from candidate_stages s join rollbacks r on r.from_deploy = s.deploy_id
                join deploys d on d.id = s.deploy_id where s.candidate_id = c.id and d.state <> 'live'
                order by r.at desc limit 1)) end as candidate,
            (select jsonb_build_object('number', t.number, 'state', t.state, 'reason', t.reason) from trains t
              where t.app_id = p.app_id and t.commit = p.commit order by t.number desc limit 1) as train,
            (select v.why from commit_verdicts v where v.app_id = p.app_id and v.commit = p.commit
              and v.verdict = 'good') as good,
            case when e.state in ('destroying', 'destroyed')
              then coalesce(e.destroy_reason, 'it was destroyed') end as "previewGone",
            coalesce((select jsonb_agg(jsonb_build_object('name', k.name, 'state', k.state) order by k.name)
              from checks k where k.app_id = p.app_id and k.commit = p.commit), '[]') as checks
          from pushed p left join lateral (select * from candidates c where c.app_id = p.app_id
            and c.commit = p.commit order by c.number desc limit 1) c on true
          left join lateral (select e.state, e.destroy_reason from environments e where e.app_id = p.app_id
            and e.name = 'preview/' || p.branch order by e.created_at desc limit 1) e on true
          order by p.at desc`,
    ),
  /** Of each environment and commit the deploy that serves, else the newest; those of living environments last. */
  deploys: (db: Queryable, appId: string, since: Date) =>
    rows<DeployFacts>(
      db,
      sql`select environment, host, "environmentState", commit, state, serves from (
            select distinct on (e.id, d.commit) e.name as environment, e.host, e.state as "environmentState",
              e.created_at, d.commit, d.state, d.id = e.deploy_id as serves
            from environments e join lateral (select * from deploys d where d.environment_id = e.id
              order by d.id = e.deploy_id desc nulls last, d.number desc limit 20) d on true
            where e.app_id = ${appId} and e.kind <> 'stage' and (e.state <> 'destroyed' or e.destroyed_at > ${since})
            order by e.id, d.commit, d.id = e.deploy_id desc nulls last, d.number desc) newest
          order by created_at, environment`,
    ),
  /** Requests worth a comment: of branches here, open or closed not long ago. */
  requests: (db: Queryable, appId: string, since: Date) =>
    rows<{ number: number; branch: string; isOpen: boolean }>(
      db,
      sql`select r.number, r.branch, r.closed_at is null as "isOpen" from host_requests r
          where r.app_id = ${appId} and not r.from_fork and (r.closed_at is null or r.closed_at > ${since}::timestamptz - interval '7 days')
            and exists (select from branches b where b.app_id = r.app_id and b.name = r.branch)
          order by r.number`,
    ),
  /** The newest commit of a branch, and how it is; null: it was never pushed. */
  newestCommit: (db: Queryable, appId: string, branch: string) =>
    row<Pick<CommitFacts, 'commit' | 'state' | 'reason' | 'checks'>>(
      db,
      sql`select p.commit, p.state, p.reason,
            coalesce((select jsonb_agg(jsonb_build_object('name', k.name, 'state', k.state) order by k.name)
              from checks k where k.app_id = p.app_id and k.commit = p.commit), '[]') as checks
          from pushes p where p.app_id = ${appId} and p.branch = ${branch} and p.state <> 'refused'
          order by p.at desc, p.id desc limit 1`,
    ),
  preview: (db: Queryable, appId: string, branch: string) =>
    row<PreviewFacts>(
      db,
      sql`select d.commit, e.state, coalesce(e.destroy_reason, e.reason) as reason, e.host,
            e.state = 'live' and e.deploy_id is not null as serves,
            coalesce((select jsonb_agg(jsonb_build_object('name', s.name, 'seed', s.seed_reason) order by s.name)
              from stores s where s.environment_id = e.id), '[]') as data
          from environments e left join deploys d on d.id = e.deploy_id
          where e.app_id = ${appId} and e.name = ${`preview/${branch}`}
          order by e.created_at desc limit 1`,
    ),
};
