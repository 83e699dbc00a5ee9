import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';

/** Why nothing new is released into an environment. */
export interface LaneLock {
  /** The bad one; null: locked by a person for a reason alone. */
  commit: string | null;
  reason: string;
  by: string;
  at: Date;
}

export interface CommitMark {
  commit: string;
  mark: 'not-safe-to-roll-back' | 'reverted';
  reason: string;
  by: string;
  at: Date;
}

const lockColumns = sql.raw(`nullif(commit, '') as commit, reason, by, at`);

export const laneLocks = {
  /** Newest first. */
  of: (db: Queryable, environmentId: string) =>
    rows<LaneLock>(
      db,
      sql`select ${lockColumns} from lane_locks where environment_id = ${environmentId}
          order by at desc, lane_locks.commit`,
    ),
  /** One for each bad commit and one of a person, which takes the place of the same before. */
  put: (db: Queryable, environmentId: string, lock: Omit<LaneLock, 'at'>) =>
    row<LaneLock>(
      db,
      sql`insert into lane_locks (environment_id, commit, reason, by)
          values (${environmentId}, ${lock.commit ?? ''}, ${lock.reason}, ${lock.by})
          on conflict (environment_id, commit) do update set reason = excluded.reason, by = excluded.by, at = now()
          returning ${lockColumns}`,
    ),
  /** All of them, newest first; none: it was not locked. */
  remove: (db: Queryable, environmentId: string) =>
    rows<LaneLock>(
      db,
      sql`with lifted as (delete from lane_locks where environment_id = ${environmentId} returning *)
          select ${lockColumns} from lifted order by at desc, lifted.commit`,
    ),
};

export const commitMarks = {
  /** The first reason is kept. */
  put: async (
    db: Queryable,
    appId: string,
    mark: Omit<CommitMark, 'at'>,
  ): Promise<'marked' | 'was marked'> =>
    (await changed(
      db,
      sql`insert into commit_marks (app_id, commit, mark, reason, by)
          values (${appId}, ${mark.commit}, ${mark.mark}, ${mark.reason}, ${mark.by}) on conflict do nothing`,
    )) > 0
      ? 'marked'
      : 'was marked',
  of: (db: Queryable, appId: string, mark: CommitMark['mark']) =>
    rows<CommitMark>(
      db,
      sql`select commit, mark, reason, by, at from commit_marks
          where app_id = ${appId} and mark = ${mark} order by at, commit`,
    ),
};
