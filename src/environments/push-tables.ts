import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';

/** What environments ask of pushes and branches. */
export const wishes = {
  /** What somebody asked for by hand; target null: it was pushed. */
  asked: (db: Queryable, push: string) =>
    row<{ target: string | null; reset: boolean; snapshot: string | null }>(
      db,
      sql`select target, reset_data as reset, snapshot_id as snapshot from pushes where id = ${push}`,
    ),
  add: (
    db: Queryable,
    wish: {
      id: string;
      appId: string;
      branch: string;
      commit: string;
      by: string;
      /** null: whatever the branch is for, as if it had been pushed. */
      target: string | null;
      reset: { snapshot: string | null } | null;
    },
  ) =>
    changed(
      db,
      sql`insert into pushes (id, app_id, branch, commit, by, at, target, reset_data, snapshot_id)
          values (${wish.id}, ${wish.appId}, ${wish.branch}, ${wish.commit}, ${wish.by}, clock_timestamp(),
            ${wish.target}, ${wish.reset !== null}, ${wish.reset?.snapshot ?? null})`,
    ),
  /** The newest push of the same branch and target after this one. */
  newer: (db: Queryable, push: string) =>
    row<{ commit: string }>(
      db,
      sql`select newer.commit from pushes mine join pushes newer
            on newer.app_id = mine.app_id and newer.branch = mine.branch and newer.at > mine.at
              and newer.target is not distinct from mine.target and newer.state <> 'refused'
          where mine.id = ${push} order by newer.at desc limit 1`,
    ),
  /** Commits of the app's other pushes that have not ended. */
  otherCommits: (db: Queryable, { push, appId }: { push: string; appId: string }) =>
    rows<{ commit: string }>(
      db,
      sql`select commit from pushes where app_id = ${appId} and id <> ${push} and ended_at is null`,
    ),
  /** Branches with a push under way; a candidate's is none, because it may wait for people. */
  open: (db: Queryable) =>
    rows<{ app: string; branch: string }>(
      db,
      sql`select app_id as app, branch from pushes where ended_at is null and candidate_id is null`,
    ),
  /** From now on its candidate ends it. Repeatable. */
  handOver: (db: Queryable, push: string, candidate: string) =>
    changed(db, sql`update pushes set candidate_id = ${candidate} where id = ${push}`),
  /** The latest that were asked for by hand, with the environment they are for. */
  latestByHand: (db: Queryable) =>
    rows<{ push: string; environment: string }>(
      db,
      sql`select p.id as push, e.id as environment from pushes p
            join environments e on e.app_id = p.app_id and e.name = p.target
          where p.target is not null order by p.at desc limit 500`,
    ),
  /** Whether its last word comes after this event. */
  isEndingTold: async (db: Queryable, push: string, after: number): Promise<boolean> =>
    (await row(
      db,
      sql`select id from events where push = ${push} and kind = 'push-ended' and id > ${after} limit 1`,
    )) === null,
};

export const branchState = {
  /** The branch has had commits of its own. */
  ahead: (db: Queryable, appId: string, name: string) =>
    changed(db, sql`update branches set ahead = true where app_id = ${appId} and name = ${name}`),
  isAhead: async (db: Queryable, appId: string, name: string): Promise<boolean> =>
    (
      await row<{ ahead: boolean }>(
        db,
        sql`select ahead from branches where app_id = ${appId} and name = ${name}`,
      )
    )?.ahead ?? false,
  /** Why it is gone; null: it is not, or nobody knows it. */
  gone: (db: Queryable, appId: string, name: string) =>
    row<{ why: string | null }>(
      db,
      sql`select gone_why as why from branches
          where app_id = ${appId} and name = ${name} and head is null`,
    ),
};
