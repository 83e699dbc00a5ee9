import type { TestFailure } from '../checks/report/test-counts.ts';
import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import type { StageAt } from './tables.ts';

/** One test job of a candidate's stage. */
export interface CandidateTest {
  stage: string;
  name: string;
  /** The workload. */
  job: string;
  state: 'running' | 'passed' | 'failed' | 'timed-out' | 'stopped';
  /** Counts of its report; null: it left none. */
  total: number | null;
  passed: number | null;
  failed: number | null;
  skipped: number | null;
  failures: TestFailure[];
  /** What a load job measured. */
  load: unknown;
  startedAt: Date;
  endedAt: Date | null;
  logTail: string | null;
}

const columns = sql.raw(
  `stage, name, job, state, total, passed, failed, skipped, failures, load, started_at as "startedAt",
  ended_at as "endedAt", log_tail as "logTail"`,
);

export const candidateTests = {
  begin: (db: Queryable, { candidate, stage }: StageAt, test: { name: string; job: string }) =>
    changed(
      db,
      sql`insert into candidate_tests (candidate_id, stage, name, job, state)
          values (${candidate}, ${stage}, ${test.name}, ${test.job}, 'running')
          on conflict (candidate_id, stage, name) do nothing`,
    ),
  get: (db: Queryable, { candidate, stage }: StageAt, name: string) =>
    row<CandidateTest>(
      db,
      sql`select ${columns} from candidate_tests
          where candidate_id = ${candidate} and stage = ${stage} and name = ${name}`,
    ),
  /** false: it had ended. */
  end: async (
    db: Queryable,
    { candidate, stage }: StageAt,
    end: Pick<CandidateTest, 'name' | 'state' | 'startedAt' | 'endedAt' | 'logTail'>,
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`update candidate_tests set state = ${end.state}, log_tail = ${end.logTail},
            started_at = ${end.startedAt}, ended_at = ${end.endedAt}
          where candidate_id = ${candidate} and stage = ${stage} and name = ${end.name} and state = 'running'`,
    )) > 0,
  of: (db: Queryable, candidate: string) =>
    rows<CandidateTest>(
      db,
      sql`select ${columns} from candidate_tests where candidate_id = ${candidate} order by started_at, name`,
    ),
};

/** Environments of candidates that were made for one stage. */
export const ownEnvironments = {
  /** Those nobody needs any more: their time for being looked at is over, or nobody ever gave them any. */
  needless: (db: Queryable, now: Date) =>
    rows<{ environment: string; number: number; stage: string }>(
      db,
      sql`select e.id as environment, c.number, s.name as stage
          from candidate_stages s join candidates c on c.id = s.candidate_id
            join environments e on e.id = s.environment_id
          where s.environment <> 'shared' and s.state not in ('waiting', 'asking', 'running')
            and coalesce(s.kept_until, '-infinity') < ${now}
            and e.state not in ('destroying', 'destroyed')`,
    ),
};
