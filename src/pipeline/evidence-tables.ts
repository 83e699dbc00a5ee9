import type {
  InfrastructureKind,
  InfrastructureResult,
} from '../checks/infrastructure/infrastructure-check.ts';
import { changed, row, rows, sql, type Queryable } from '../db/pool.ts';
import { isUndone, type StageAt } from './tables.ts';

/** One check of an environment's surroundings, once. */
export interface KeptInfrastructure {
  /** All checks that were asked together. */
  run: string;
  /** On whose way; null: asked by hand. */
  candidate: string | null;
  name: string;
  kind: InfrastructureKind;
  passed: boolean;
  expected: string;
  found: string;
  durationMs: number;
  at: Date;
}

const infrastructureColumns = sql.raw(
  `run, candidate_id as candidate, name, kind, passed, expected, found, duration_ms as "durationMs", at`,
);

export const infrastructureResults = {
  /** All results of one run, in its order; those it left before a crash give way. Ends with the transaction. */
  put: async (
    tx: Queryable,
    of: { environment: string; candidate: string | null; run: string },
    results: readonly InfrastructureResult[],
  ): Promise<void> => {
    await changed(tx, sql`delete from infrastructure_results where run = ${of.run}`);
    await changed(
      tx,
      sql`insert into infrastructure_results
            (environment_id, candidate_id, run, name, kind, passed, expected, found, duration_ms)
          select ${of.environment}, ${of.candidate}, ${of.run}, r ->> 'name', r ->> 'kind', (r ->> 'passed')::boolean,
            r ->> 'expected', r ->> 'found', (r ->> 'durationMs')::integer
          from jsonb_array_elements(${JSON.stringify(results)}::jsonb) with ordinality as all_of_them (r, place)
          order by place`,
    );
  },
  ofCandidate: (db: Queryable, candidate: string) =>
    rows<KeptInfrastructure & { environment: string }>(
      db,
      sql`select environment_id as environment, ${infrastructureColumns} from infrastructure_results
          where candidate_id = ${candidate} order by id`,
    ),
};

/** What became of comparing a load test's result with that of the last release. */
export interface PerformanceVerdict {
  stage: string;
  test: string;
  /** The candidate it was compared with; null: there was none. */
  against: string | null;
  verdict: 'no worse' | 'worse' | 'nothing to compare';
  words: string;
  /** What it was made from, enough to make it again. */
  evidence: unknown;
  at: Date;
}

/** A load test's result of a candidate that was released. */
export interface ReleasedLoad {
  candidate: string;
  number: number;
  commit: string;
  load: unknown;
}

export const performanceVerdicts = {
  /** false: it was known. */
  put: async (
    db: Queryable,
    candidate: string,
    verdict: Omit<PerformanceVerdict, 'at'>,
  ): Promise<boolean> =>
    (await changed(
      db,
      sql`insert into performance_verdicts as known (candidate_id, stage, test, against, verdict, words, evidence)
          values (${candidate}, ${verdict.stage}, ${verdict.test}, ${verdict.against}, ${verdict.verdict},
            ${verdict.words}, ${JSON.stringify(verdict.evidence)}::jsonb)
          on conflict (candidate_id, stage, test) do update set against = excluded.against,
            verdict = excluded.verdict, words = excluded.words, evidence = excluded.evidence, at = now()
          where (known.verdict, known.words) is distinct from (excluded.verdict, excluded.words)`,
    )) > 0,
  of: (db: Queryable, candidate: string) =>
    rows<PerformanceVerdict>(
      db,
      sql`select stage, test, against, verdict, words, evidence, at from performance_verdicts
          where candidate_id = ${candidate} order by at, stage, test`,
    ),
};

export const testEvidence = {
  /** What a test's reports say, once it has ended. */
  note: (
    db: Queryable,
    { candidate, stage }: StageAt,
    of: {
      name: string;
      tests: { total: number; passed: number; failed: number; skipped: number } | null;
      failures: readonly unknown[];
      load: unknown;
    },
  ) =>
    changed(
      db,
      sql`update candidate_tests set total = ${of.tests?.total ?? null}, passed = ${of.tests?.passed ?? null},
            failed = ${of.tests?.failed ?? null}, skipped = ${of.tests?.skipped ?? null},
            failures = ${JSON.stringify(of.failures)}::jsonb,
            load = ${of.load === null ? null : JSON.stringify(of.load)}::jsonb
          where candidate_id = ${candidate} and stage = ${stage} and name = ${of.name}`,
    ),
  /** Results of the same test of candidates that were released and not rolled back, the newest first. */
  releasedLoads: (db: Queryable, { candidate, stage }: StageAt, test: string, limit: number) =>
    rows<ReleasedLoad>(
      db,
      sql`select c.id as candidate, c.number, c.commit, t.load
          from candidates mine join candidates c on c.app_id = mine.app_id and c.id <> mine.id
            and c.state = 'released' and not ${isUndone}
            join candidate_tests t on t.candidate_id = c.id
          where mine.id = ${candidate} and t.stage = ${stage} and t.name = ${test} and t.load is not null
          order by c.ended_at desc, c.number desc limit ${limit}`,
    ),
  load: async (db: Queryable, { candidate, stage }: StageAt, test: string): Promise<unknown> =>
    (
      await row<{ load: unknown }>(
        db,
        sql`select load from candidate_tests
            where candidate_id = ${candidate} and stage = ${stage} and name = ${test}`,
      )
    )?.load ?? null,
};
