import { checks, type CheckResult } from '../checks/check.ts';
import type { Queryable } from '../db/pool.ts';
import {
  levelOf,
  stageEnvironmentName,
  type Candidate,
  type CandidateStage,
  type GateAnswer,
} from './candidate.ts';
import { infrastructureResults, type KeptInfrastructure } from './evidence-tables.ts';
import { findCandidate } from './find-candidate.ts';
import { candidates, candidateStages, gateAnswers } from './tables.ts';
import { candidateTests, type CandidateTest } from './test-tables.ts';

export interface ListedCandidate extends Candidate {
  stages: Pick<CandidateStage, 'name' | 'state' | 'reason' | 'startedAt' | 'endedAt'>[];
}

export interface ShownStage extends CandidateStage {
  /** `staging`, `stage/NAME` …; also before it is there. */
  environmentName: string;
  /** null: nobody is asked. */
  gate: { askedOf: string[] | null; unreachable: string[]; answers: GateAnswer[] } | null;
  tests: CandidateTest[];
  /** What the infrastructure checks of its environment found on this candidate's way. */
  infrastructure: KeptInfrastructure[];
}

/** Tests of one level, of all stages it has: how many, and how long they took one after the other. */
export interface Level {
  /** `checks`, `package`, or the stage's name. */
  level: string;
  jobs: number;
  /** Of all reports; null: none was left. */
  tests: number | null;
  failed: number | null;
  seconds: number;
}

export interface ShownCandidate extends Candidate {
  stages: ShownStage[];
  levels: Level[];
}

/** Newest first. Reads only. */
export async function listCandidates(
  db: Queryable,
  app: string,
  limit: number,
): Promise<ListedCandidate[]> {
  const found = await candidates.recent(db, app, limit);
  const all = await candidateStages.of(
    db,
    found.map(({ id }) => id),
  );
  return found.map((candidate) => ({
    ...candidate,
    stages: all
      .filter((stage) => stage.candidate === candidate.id)
      .map(({ name, state, reason, startedAt, endedAt }) => ({
        name,
        state,
        reason,
        startedAt,
        endedAt,
      })),
  }));
}

/** Everything that is known of one. Reads only. Refuses with `candidate/unknown`. */
export async function describeCandidate(
  db: Queryable,
  app: string,
  number: number,
): Promise<ShownCandidate> {
  const candidate = await findCandidate(db, app, number);
  const rows = await candidateStages.of(db, [candidate.id]);
  const answers = await gateAnswers.of(db, candidate.id);
  const tests = await candidateTests.of(db, candidate.id);
  const infrastructure = await infrastructureResults.ofCandidate(db, candidate.id);
  const checked = await checks.of(db, candidate.appId, candidate.commit);
  const stages = rows.map((stage): ShownStage => ({
    ...stage,
    environmentName: stageEnvironmentName(stage, number),
    gate: gateOf(stage, answers),
    tests: tests.filter((test) => test.stage === stage.name),
    infrastructure: infrastructure.filter(({ environment }) => environment === stage.environmentId),
  }));
  return { ...candidate, stages, levels: [...checkLevel(checked), ...levelsOf(stages)] };
}

/** One test of a stage that has begun; null: none of that name has. Reads only. */
export const candidateTest = (
  db: Queryable,
  of: { candidate: Pick<Candidate, 'id'>; stage: Pick<CandidateStage, 'name'>; test: string },
): Promise<CandidateTest | null> =>
  candidateTests.get(db, { candidate: of.candidate.id, stage: of.stage.name }, of.test);

function gateOf(
  { name, approval, askedOf, unreachable }: CandidateStage,
  answers: readonly GateAnswer[],
): ShownStage['gate'] {
  if (approval === 'none') return null;
  return { askedOf, unreachable, answers: answers.filter(({ stage }) => stage === name) };
}

/** Checks run before there is a candidate, and may have run for an earlier push of the commit. */
function checkLevel(checked: readonly CheckResult[]): Level[] {
  if (checked.length === 0) return [];
  const seconds = checked.reduce((sum, one) => sum + secondsOf(one), 0);
  return [{ level: 'checks', jobs: checked.length, tests: null, failed: null, seconds }];
}

function levelsOf(stages: readonly ShownStage[]): Level[] {
  const tested = stages.filter(({ tests }) => tests.length > 0);
  return [...Map.groupBy(tested, levelOf)].map(([level, of]) => {
    const jobs = of.flatMap(({ tests }) => tests);
    return {
      level,
      jobs: jobs.length,
      tests: sumOf(jobs.map(({ total }) => total)),
      failed: sumOf(jobs.map(({ failed }) => failed)),
      seconds: jobs.reduce((sum, job) => sum + secondsOf(job), 0),
    };
  });
}

function sumOf(all: readonly (number | null)[]): number | null {
  const known = all.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}

const secondsOf = ({ startedAt, endedAt }: Pick<CandidateTest, 'startedAt' | 'endedAt'>): number =>
  endedAt === null ? 0 : (endedAt.getTime() - startedAt.getTime()) / 1000;
