import { z } from 'zod';
import { appName, id, instant, sentence } from './fields.ts';

const listed = z.object({
  id: id.meta({ description: "The deploy's id" }),
  app: appName,
  environment: id,
  environmentName: z.string().meta({ examples: ['production'] }),
  number: z.int().meta({ description: "The deploy's number" }),
  commit: z.string(),
  stableCommit: z.string().nullable().meta({ description: 'What served before' }),
  strategy: z.enum(['cycle', 'blue-green', 'canary']),
  state: z.enum(['running', 'promoted', 'rolling-back', 'rolled-back', 'failed', 'superseded']),
  phase: sentence.meta({ description: 'What it does now, and what it waits for' }),
  step: z.int().meta({ description: '0: before the first' }),
  weight: z.number().meta({ description: 'Of the users, in percent' }),
  pausedBy: z.string().nullable(),
  pauseReason: z.string().nullable(),
  decision: sentence.nullable().meta({ description: 'Why it ended so' }),
  decidedBy: z.string().nullable().meta({ description: 'A person, the judge, or the rollout' }),
  startedAt: instant,
  endedAt: instant.nullable(),
});
export const rollout = listed.meta({ id: 'Rollout' });
export type Rollout = z.output<typeof rollout>;

const counts = z.object({ requests: z.int(), bad: z.int() });

export const details = listed
  .extend({
    steps: z.array(
      z.object({
        step: z.int(),
        weight: z.number(),
        canSee: sentence.nullable().meta({ description: 'Said before it began' }),
        beganAt: instant,
        endedAt: instant.nullable(),
        outcome: z.string().nullable(),
        why: sentence.nullable(),
      }),
    ),
    plan: z
      .array(
        z.object({
          step: z.int(),
          weight: z.number(),
          bakeMs: z.int().meta({ description: 'Watched for at least so long; 0: not judged' }),
        }),
      )
      .meta({ description: 'Steps to come; evidence or a person may leave some out' }),
    orders: z.array(
      z.object({
        kind: z.enum(['pause', 'resume', 'promote', 'abort']),
        by: z.string(),
        reason: z.string().nullable(),
        at: instant,
      }),
    ),
    evidence: z.object({
      ticks: z.int().meta({ description: 'Seconds that were judged' }),
      candidate: counts,
      stable: counts,
      action: z.string().nullable(),
      metrics: z
        .array(z.object({ metric: z.string(), e: z.number() }))
        .meta({ description: 'e-values: how strongly each metric speaks against the release' }),
    }),
    happened: z
      .array(
        z.object({
          at: instant,
          kind: z.enum(['deploy', 'rollback', 'lock']),
          environment: id,
          environmentName: z.string(),
          text: sentence,
        }),
      )
      .meta({ description: 'What else happened to its app meanwhile, oldest first' }),
    hidden: z.array(z.object({ instance: z.string(), why: sentence, since: instant })),
  })
  .meta({ id: 'RolloutDetails' });
export type RolloutDetails = z.output<typeof details>;

export const laneLock = z
  .object({
    commit: z.string().nullable().meta({ description: 'The bad one; null: a person locked it' }),
    reason: sentence,
    by: z.string(),
    at: instant,
  })
  .meta({ id: 'LaneLock' });

export const lane = z
  .object({
    environment: id,
    app: appName,
    environmentName: z.string(),
    rollout: details.nullable().meta({ description: 'Under way, else the newest' }),
    lock: laneLock.nullable().meta({ description: 'The newest' }),
    locks: z
      .array(laneLock)
      .meta({ description: 'Newest first; whoever comes has to get past all of them' }),
    warm: z
      .array(z.object({ id, number: z.int(), commit: z.string(), until: instant }))
      .meta({ description: 'Releases that a rollback reaches at once' }),
    rollbacks: z.array(
      z.object({
        id,
        from: id,
        to: id,
        kind: z.enum(['at once', 'starting again']),
        reason: sentence,
        by: z.string(),
        at: instant,
        endedAt: instant.nullable(),
        outcome: sentence.nullable(),
      }),
    ),
  })
  .meta({ id: 'Lane' });
export type Lane = z.output<typeof lane>;
