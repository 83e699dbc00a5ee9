import { z } from 'zod';
import { endpoint, stream } from './endpoint.ts';
import {
  appName,
  branchName,
  commit,
  count,
  done,
  id,
  instant,
  partName,
  progress,
  progressLine,
  reason,
  sentence,
} from './fields.ts';

const candidateState = z.enum([
  'running',
  'waiting',
  'released',
  'failed',
  'superseded',
  'stopped',
]);
const stageState = z.enum([
  'waiting',
  'asking',
  'running',
  'passed',
  'failed',
  'skipped',
  'superseded',
  'stopped',
]);

const briefStage = z.object({
  name: partName,
  state: stageState,
  reason: sentence.nullable().meta({ description: 'What it waits for, or why it ended so' }),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
});

const brief = z.object({
  app: appName,
  number: z.int().meta({ description: 'Counted per app' }),
  branch: branchName,
  commit: z.string(),
  push: id,
  state: candidateState,
  reason: sentence.nullable().meta({ description: 'What it waits for, or why it ended so' }),
  createdAt: instant,
  endedAt: instant.nullable(),
});

const listed = brief.extend({ stages: z.array(briefStage) }).meta({ id: 'Candidate' });
export type ListedCandidate = z.output<typeof listed>;

const counted = z.int().nullable().meta({ description: 'null: it left no report' });

const test = z.object({
  name: z.string(),
  state: z.enum(['running', 'passed', 'failed', 'timed-out', 'stopped']),
  total: counted,
  passed: counted,
  failed: counted,
  skipped: counted,
  failures: z.array(z.object({ name: z.string(), suite: z.string(), message: z.string() })),
  job: z.string().meta({ description: "Its workload's id" }),
  startedAt: instant,
  endedAt: instant.nullable(),
  logTail: z.string().nullable(),
});

const gate = z.object({
  open: z.boolean().meta({ description: 'Whether an answer is still missing' }),
  missing: z.array(z.string()).nullable().meta({ description: 'Who; null: anybody may' }),
  unreachable: z.array(z.string()).meta({ description: 'Authors whom nobody is known to be' }),
  answers: z.array(
    z.object({
      by: z.string(),
      answer: z.enum(['approve', 'reject']),
      note: z.string().nullable(),
      at: instant,
    }),
  ),
});

const performance = z.object({
  test: z.string(),
  against: z.string().nullable().meta({ description: 'The candidate it was compared with' }),
  verdict: z.enum(['no worse', 'worse', 'nothing to compare']),
  words: sentence,
});

const stage = briefStage.extend({
  environment: z.enum(['fresh', 'shared', 'package']),
  environmentName: z.string().meta({ examples: ['staging', 'stage/integration/12'] }),
  approval: z.string(),
  optional: z.boolean(),
  deploy: id.nullable().meta({ description: 'Also the id of its rollout, where it has one' }),
  fix: z.array(z.string()),
  logTail: z.string().nullable(),
  skipBy: z.string().nullable(),
  skipReason: z.string().nullable(),
  askedAt: instant.nullable(),
  keptUntil: instant
    .nullable()
    .meta({ description: 'Its environment can be looked at until then' }),
  gate: gate.nullable().meta({ description: 'null: nobody is asked' }),
  tests: z.array(test),
  performance: z.array(performance),
});

const level = z.object({
  level: z.string().meta({ examples: ['package', 'integration'] }),
  jobs: z.int(),
  tests: counted,
  failed: counted,
  seconds: z.number(),
});

const details = brief
  .extend({
    subject: z.string().meta({ description: "The commit's first line; empty: it is gone" }),
    stages: z.array(stage),
    levels: z.array(level).meta({ description: 'Tests of each level, all its jobs together' }),
    next: z
      .array(z.string())
      .meta({ description: 'What to type to end its waiting, or to mend it' }),
  })
  .meta({ id: 'CandidateDetails' });
export type CandidateDetails = z.output<typeof details>;

const number = count.meta({ description: "The candidate's number" });
const at = '/api/v1/apps/:app/candidates/:number';
const params = { app: appName, number };
const why = reason.min(1);

export const listCandidates = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/candidates',
  role: 'viewer',
  summary: 'List the candidates of an app, newest first',
  params: { app: appName },
  query: { limit: count.optional() },
  reply: z.object({ candidates: z.array(listed) }),
});

export const getCandidate = endpoint({
  method: 'GET',
  path: at,
  role: 'viewer',
  summary: 'Show one candidate with its stages, tests and gates',
  params,
  reply: details,
});

export const followCandidate = stream({
  path: `${at}/follow`,
  role: 'viewer',
  summary: 'Follow a candidate from stage to stage until it has ended',
  params,
  reply: progress,
  line: progressLine,
});

export const approveCandidate = endpoint({
  method: 'POST',
  path: `${at}/approve`,
  role: 'developer',
  summary: 'Let a candidate into the stage that asks',
  params,
  body: { stage: partName.optional(), note: why.optional() },
  record: ['stage', 'note'],
  reply: done,
});

export const rejectCandidate = endpoint({
  method: 'POST',
  path: `${at}/reject`,
  role: 'developer',
  summary: 'Say no to a candidate: it goes no further',
  params,
  body: { stage: partName.optional(), note: why },
  record: ['stage', 'note'],
  reply: done,
});

export const skipStage = endpoint({
  method: 'POST',
  path: `${at}/stages/:stage/skip`,
  role: 'developer',
  summary: 'Let a candidate pass by an optional stage that has not begun',
  params: { ...params, stage: partName },
  body: { reason: why },
  record: ['reason'],
  reply: done,
});

export const stopCandidate = endpoint({
  method: 'POST',
  path: `${at}/stop`,
  role: 'developer',
  summary: 'Stop a candidate: the stage it is in is its last',
  params,
  body: { reason: why },
  record: ['reason'],
  reply: done,
});

export const revertCommit = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/commits/:commit/revert',
  role: 'developer',
  summary: 'Make a commit that takes another back, and send it the way of any push',
  params: { app: appName, commit },
  body: {
    on: branchName.optional().meta({ description: 'The branch; absent: the main branch' }),
    reason: why.optional(),
  },
  record: ['on', 'reason'],
  reply: z
    .object({
      commit: z.string().meta({ description: 'The new one' }),
      reverts: z.string().meta({ description: 'The one it takes back' }),
      subject: z.string(),
      branch: branchName,
      push: id.nullable().meta({ description: 'null: a newer push of the branch carries it on' }),
    })
    .meta({ id: 'Reverted' }),
});
