import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { CheckResult } from './check.ts';

const columns = sql.raw(`name, job, state, exit_code as "exitCode", started_at as "startedAt",
  ended_at as "endedAt", log_tail as "logTail"`);

export const checks = {
  of: (db: Queryable, appId: string, commit: string) =>
    rows<CheckResult>(
      db,
      sql`select ${columns} from checks where app_id = ${appId} and commit = ${commit} order by name`,
    ),
  get: (db: Queryable, appId: string, commit: string, name: string) =>
    row<CheckResult>(
      db,
      sql`select ${columns} from checks where app_id = ${appId} and commit = ${commit} and name = ${name}`,
    ),
  /** A check of this commit that has passed stays passed; any other result gives way to the new job. */
  begin: (db: Queryable, check: { appId: string; commit: string; name: string; job: string }) =>
    row<CheckResult>(
      db,
      sql`insert into checks as known (app_id, commit, name, job, state)
          values (${check.appId}, ${check.commit}, ${check.name}, ${check.job}, 'running')
          on conflict (app_id, commit, name) do update set
            job = case when known.state in ('passed', 'running') then known.job else excluded.job end,
            started_at = case when known.state in ('passed', 'running') then known.started_at else now() end,
            state = case when known.state = 'passed' then 'passed' else 'running' end
          returning ${columns}`,
    ),
  end: (
    db: Queryable,
    check: { appId: string; commit: string; name: string },
    end: Pick<CheckResult, 'state' | 'exitCode' | 'logTail'>,
  ) =>
    changed(
      db,
      sql`update checks set state = ${end.state}, exit_code = ${end.exitCode}, log_tail = ${end.logTail}, ended_at = now()
          where app_id = ${check.appId} and commit = ${check.commit} and name = ${check.name} and state = 'running'`,
    ),
  endedBefore: (db: Queryable, before: Date) =>
    rows<{ job: string }>(db, sql`select job from checks where ended_at < ${before}`),
};
