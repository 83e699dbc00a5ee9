import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';

export interface JobRun {
  id: string;
  environmentId: string;
  job: string;
  dueAt: Date;
  by: string;
  state:
    | 'waiting'
    | 'running'
    | 'succeeded'
    | 'failed'
    | 'timed-out'
    | 'skipped'
    | 'stopped'
    | 'lost';
  exitCode: number | null;
  logTail: string | null;
  startedAt: Date | null;
  endedAt: Date | null;
}

type HasDatabase = { db: Queryable };

const columns = sql.raw(`id, environment_id as "environmentId", job, due_at as "dueAt", by, state,
  exit_code as "exitCode", log_tail as "logTail", started_at as "startedAt", ended_at as "endedAt"`);

export const jobRuns = {
  /** Newest first, of one job or of all. */
  of: ({ db }: HasDatabase, environmentId: string, limit: number, job: string | null = null) =>
    rows<JobRun>(
      db,
      sql`select ${columns} from job_runs
          where environment_id = ${environmentId} and (${job}::text is null or job = ${job})
          order by due_at desc limit ${limit}`,
    ),
  /** The newest of each job. */
  last: ({ db }: HasDatabase, environmentId: string) =>
    rows<JobRun>(
      db,
      sql`select distinct on (job) ${columns} from job_runs
          where environment_id = ${environmentId} order by job, due_at desc`,
    ),
  get: ({ db }: HasDatabase, id: string) =>
    row<JobRun>(db, sql`select ${columns} from job_runs where id = ${id}`),
  /** One environment, job and due time make one run, whoever adds it; that run is given back. */
  async add(
    { db }: HasDatabase,
    run: Pick<JobRun, 'id' | 'environmentId' | 'job' | 'dueAt' | 'by'>,
  ): Promise<Pick<JobRun, 'id' | 'state'> | null> {
    const { id, environmentId, job, dueAt, by } = run;
    await changed(
      db,
      sql`insert into job_runs (id, environment_id, job, due_at, by, state)
          values (${id}, ${environmentId}, ${job}, ${dueAt}, ${by}, 'waiting')
          on conflict (environment_id, job, due_at) do nothing`,
    );
    return row(
      db,
      sql`select id, state from job_runs
          where environment_id = ${environmentId} and job = ${job} and due_at = ${dueAt}`,
    );
  },
  running: ({ db }: HasDatabase, id: string) =>
    changed(
      db,
      sql`update job_runs set state = 'running', started_at = now() where id = ${id} and state = 'waiting'`,
    ),
  skipped: ({ db }: HasDatabase, id: string) =>
    changed(
      db,
      sql`update job_runs set state = 'skipped', ended_at = now() where id = ${id} and state = 'waiting'`,
    ),
  /** False: it had ended before. */
  end: async (
    { db }: HasDatabase,
    id: string,
    end: Pick<JobRun, 'state' | 'exitCode' | 'logTail'>,
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update job_runs set state = ${end.state}, exit_code = ${end.exitCode}, log_tail = ${end.logTail}, ended_at = now()
          where id = ${id} and ended_at is null`,
    )) > 0,
  endedBefore: ({ db }: HasDatabase, before: Date) =>
    rows<{ id: string }>(db, sql`select id from job_runs where ended_at < ${before}`),
};
