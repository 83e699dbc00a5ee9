import type { Config } from '../config/config.ts';
import { matchesBranch } from '../config/matches-branch.ts';
import type { Plan } from '../environments/plan-push.ts';

/** One station of a candidate's way, as signalbox.yaml has it. */
export type Stage = Config['pipeline']['stages'][number];

export type CandidateState =
  | 'running'
  /** For an answer, or until nothing keeps it from its next stage. */
  | 'waiting'
  | 'released'
  | 'failed'
  | 'superseded'
  /** By a person. */
  | 'stopped';

/** One commit of the main branch on its way to production, with the one artifact that was built of it. */
export interface Candidate {
  id: string;
  appId: string;
  app: string;
  /** Counted per app. */
  number: number;
  push: string;
  branch: string;
  commit: string;
  state: CandidateState;
  /** In words: what it waits for, why it ended so. */
  reason: string | null;
  createdAt: Date;
  endedAt: Date | null;
}

export type StageState =
  /** Its turn has not come, or something keeps it from beginning. */
  | 'waiting'
  /** People are asked. */
  | 'asking'
  | 'running'
  | 'passed'
  | 'failed'
  | 'skipped'
  | 'superseded'
  | 'stopped';

export interface CandidateStage {
  /** From 1. */
  ordinal: number;
  name: string;
  environment: Stage['environment'];
  approval: string;
  optional: boolean;
  state: StageState;
  environmentId: string | null;
  /** Its deploy, which is also its rollout where it has one. */
  deployId: string | null;
  reason: string | null;
  fix: string[];
  logTail: string | null;
  /** Those who must all agree; null: anybody may. */
  askedOf: string[] | null;
  /** Authors whom nobody here is known to be. */
  unreachable: string[];
  skipBy: string | null;
  skipReason: string | null;
  askedAt: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Its environment, which was made for it and failed, goes then. */
  keptUntil: Date | null;
}

export interface GateAnswer {
  stage: string;
  by: string;
  answer: 'approve' | 'reject';
  note: string | null;
  at: Date;
}

/** What a workflow knows of its candidate; it never changes. */
export type Way = { candidate: string; number: number; plan: Plan; stages: Stage[] };

/** A way, and where on it. */
export interface Station {
  way: Way;
  stage: Stage;
}

/** The name under which the workflow is registered; it never changes. */
export const promoteWorkflow = 'promote-candidate';

/** The run that promotes a candidate; the same for whoever starts it. */
export const candidateRun = (candidate: string): string => `candidate-${candidate}`;

/** What a nudge of a candidate's run is about: it may be able to go on. */
export const goOnTopic = 'go on';

/** Without any in the file: staging, then production. */
export function stagesOf({ pipeline }: Config): Stage[] {
  return pipeline.stages.length > 0
    ? pipeline.stages
    : [plainStage('staging'), plainStage('production')];
}

const plainStage = (name: string): Stage => ({
  name,
  environment: 'shared',
  approval: 'none',
  optional: false,
  skip: [],
  tests: {},
  infrastructure: null,
  rollout: null,
  keepMs: 3_600_000,
});

export const isLast = ({ way, stage }: Station): boolean => way.stages.at(-1)?.name === stage.name;

/** Made for this candidate, and thrown away. */
export const isItsOwn = ({ environment }: Pick<Stage, 'environment'>): boolean =>
  environment !== 'shared';

/** `staging`, `production`, `stage/NAME`, or `stage/NAME/NUMBER` where it is the candidate's own. */
export function stageEnvironmentName(
  stage: Pick<Stage, 'name' | 'environment'>,
  number: number,
): string {
  if (isItsOwn(stage)) return `stage/${stage.name}/${number}`;
  const isUsual = stage.name === 'staging' || stage.name === 'production';
  return isUsual ? stage.name : `stage/${stage.name}`;
}

/** Of which level its tests count: package tests have no services, all others a whole environment. */
export const levelOf = ({ name, environment }: Pick<Stage, 'name' | 'environment'>): string =>
  environment === 'package' ? 'package' : name;

export type GateVerdict =
  | { kind: 'approved' }
  | { kind: 'rejected'; by: string; note: string | null }
  /** `missing`: who has not answered; null: anybody may. */
  | { kind: 'open'; missing: string[] | null };

/** What the answers at a gate come to. One that rejects decides; so does one that approves, or all who are asked. */
export function gateVerdict(
  askedOf: readonly string[] | null,
  answers: readonly Pick<GateAnswer, 'by' | 'answer' | 'note'>[],
): GateVerdict {
  const rejected = answers.find(({ answer }) => answer === 'reject');
  if (rejected) return { kind: 'rejected', by: rejected.by, note: rejected.note };
  if (askedOf === null)
    return answers.length > 0 ? { kind: 'approved' } : { kind: 'open', missing: null };
  const missing = askedOf.filter((one) => !answers.some(({ by }) => isSamePerson(one, by)));
  return missing.length === 0 ? { kind: 'approved' } : { kind: 'open', missing };
}

export const isSamePerson = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();

/** Whether all that changed matches the patterns; nothing changed is no reason. */
export const isSkippedFor = (patterns: readonly string[], changed: readonly string[]): boolean =>
  changed.length > 0 && changed.every((path) => matchesBranch(patterns, path));

/** `candidate 12 (abc1234)`. */
export const named = ({ number, commit }: { number: number; commit: string }): string =>
  `candidate ${number} (${commit.slice(0, 7)})`;
