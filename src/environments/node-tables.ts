import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { EnvironmentState } from './environment.ts';

/** A branch's node; with `leftAt`: the one it had last. */
export interface BranchNode {
  branch: string;
  number: number;
  host: string;
  since: Date;
  leftAt: Date | null;
}

/** Whose environment answers at a node's host. */
export interface Occupant {
  id: string;
  branch: string;
  host: string;
  state: EnvironmentState;
  reason: string | null;
  commit: string | null;
  pushedAt: Date;
  /** null: nobody has asked for it to be kept. */
  keptUntil: Date | null;
}

const columns = sql.raw(`branch, number, host, since, left_at as "leftAt"`);

export const nodes = {
  of: (db: Queryable, appId: string, branch: string) =>
    row<BranchNode>(
      db,
      sql`select ${columns} from branch_nodes where app_id = ${appId} and branch = ${branch}`,
    ),
  holders: (db: Queryable, appId: string) =>
    rows<BranchNode>(
      db,
      sql`select ${columns} from branch_nodes where app_id = ${appId} and left_at is null order by number`,
    ),
  /** When each number was given away last, to whomever. */
  lastGiven: (db: Queryable, appId: string) =>
    rows<{ number: number; at: Date }>(
      db,
      sql`select number, max(since) as at from branch_nodes where app_id = ${appId} group by number`,
    ),
  occupants: (db: Queryable, appId: string, hosts: readonly string[]) =>
    rows<Occupant>(
      db,
      sql`select e.id, e.branch, e.host, e.state, e.reason, d.commit, e.pushed_at as "pushedAt",
            l.until as "keptUntil"
          from environments e left join leases l on l.environment_id = e.id
            left join deploys d on d.id = e.deploy_id
          where e.app_id = ${appId} and e.host = any(${[...hosts]}) and e.state <> 'destroyed'`,
    ),
  /** Branches of the app that somebody is building or deploying. */
  working: (db: Queryable, appId: string) =>
    rows<{ branch: string }>(
      db,
      sql`select distinct branch from pushes
          where app_id = ${appId} and ended_at is null and candidate_id is null`,
    ),
  /** Whoever had it leaves it. Call it where admissions are locked. */
  give: async (
    tx: Queryable,
    appId: string,
    { branch, number, host, since }: Omit<BranchNode, 'leftAt'>,
  ): Promise<void> => {
    await changed(
      tx,
      sql`update branch_nodes set left_at = ${since}
          where app_id = ${appId} and number = ${number} and left_at is null and branch <> ${branch}`,
    );
    await changed(
      tx,
      sql`insert into branch_nodes (app_id, branch, number, host, since)
          values (${appId}, ${branch}, ${number}, ${host}, ${since})
          on conflict (app_id, branch) do update set number = excluded.number, host = excluded.host,
            since = excluded.since, left_at = null`,
    );
  },
  /** Its environment there is gone. Not while somebody builds the branch for it. */
  leave: (
    db: Queryable,
    { appId, branch, host, at }: { appId: string; branch: string; host: string; at: Date },
  ) =>
    changed(
      db,
      sql`update branch_nodes set left_at = ${at}
          where app_id = ${appId} and branch = ${branch} and host = ${host} and left_at is null
            and not exists (select from pushes p where p.app_id = ${appId} and p.branch = ${branch}
              and p.ended_at is null)`,
    ),
  /** The branch that has the node of this host; null: none. */
  holderAt: async (db: Queryable, appId: string, host: string): Promise<string | null> =>
    (
      await row<{ branch: string }>(
        db,
        sql`select branch from branch_nodes
            where app_id = ${appId} and host = ${host} and left_at is null`,
      )
    )?.branch ?? null,
  /** The head as it is recorded; whoever records another waits for the transaction. */
  head: async (tx: Queryable, appId: string, branch: string): Promise<string | null> =>
    (
      await row<{ head: string | null }>(
        tx,
        sql`select head from branches where app_id = ${appId} and name = ${branch} for share`,
      )
    )?.head ?? null,
};

export interface CommitVerdict {
  commit: string;
  verdict: 'good';
  /** In words: what has passed, and where. */
  why: string;
  by: string;
  at: Date;
}

const verdictColumns = sql.raw('commit, verdict, why, by, at');

export const verdicts = {
  /** The first one is kept: false when there was one. */
  put: async (
    db: Queryable,
    { appId, push, commit, verdict, why, by, at }: CommitVerdict & { appId: string; push: string },
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`insert into commit_verdicts (app_id, commit, verdict, why, by, push_id, at)
          values (${appId}, ${commit}, ${verdict}, ${why}, ${by}, ${push}, ${at})
          on conflict do nothing`,
    )) > 0,
  of: (db: Queryable, appId: string, commits: readonly string[]) =>
    rows<CommitVerdict>(
      db,
      sql`select ${verdictColumns} from commit_verdicts
          where app_id = ${appId} and commit = any(${[...commits]})`,
    ),
  /** false: there was none. */
  remove: async (db: Queryable, appId: string, commit: string): Promise<boolean> =>
    (await changed(
      db,
      sql`delete from commit_verdicts where app_id = ${appId} and commit = ${commit}`,
    )) > 0,
};
