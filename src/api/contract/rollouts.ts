import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, commit, count, done, environment, id, reason, sentence } from './fields.ts';
import { details, lane, laneLock, rollout } from './rollout-fields.ts';

export type { Lane, Rollout, RolloutDetails } from './rollout-fields.ts';

const at = '/api/v1/environments/:environment';
const why = reason.min(1);

export const listRollouts = endpoint({
  method: 'GET',
  path: `${at}/rollouts`,
  role: 'viewer',
  summary: 'List the rollouts of an environment, newest first',
  params: { environment },
  query: { limit: count.optional() },
  reply: z.object({ rollouts: z.array(rollout) }),
});

export const listOpenRollouts = endpoint({
  method: 'GET',
  path: '/api/v1/rollouts',
  role: 'viewer',
  summary: 'List the rollouts that are under way or being undone, of all apps',
  query: { limit: count.optional() },
  reply: z.object({ rollouts: z.array(rollout) }),
});

export const getRollout = endpoint({
  method: 'GET',
  path: '/api/v1/rollouts/:rollout',
  role: 'viewer',
  summary: 'Show one rollout with its steps and what was judged',
  params: { rollout: id },
  reply: details,
});

export const getLane = endpoint({
  method: 'GET',
  path: `${at}/lane`,
  role: 'viewer',
  summary: 'Show the rollout of an environment, its lane lock and what a rollback reaches at once',
  params: { environment },
  reply: lane,
});

export const replayRollout = endpoint({
  method: 'GET',
  path: '/api/v1/rollouts/:rollout/replay',
  role: 'viewer',
  summary: 'Make the verdict again from the counts that were written down, and compare',
  params: { rollout: id },
  reply: z
    .object({
      rollout: id,
      ticks: z.int(),
      action: z.enum(['go on', 'hold', 'roll back', 'wait']).nullable(),
      words: sentence.nullable(),
      metrics: z.array(z.object({ metric: z.string(), e: z.number() })),
      differences: z
        .array(
          z.object({
            tick: z.int(),
            what: z.string(),
            stored: z.string(),
            recomputed: z.string(),
          }),
        )
        .meta({ description: 'Empty: everybody comes to the same verdict' }),
    })
    .meta({ id: 'Replay' }),
});

export const pauseRollout = endpoint({
  method: 'POST',
  path: `${at}/rollout/pause`,
  role: 'developer',
  summary: 'Let no further step of a rollout begin; the judge still undoes a bad release',
  params: { environment },
  body: { reason: why },
  record: ['reason'],
  reply: rollout,
});

export const resumeRollout = endpoint({
  method: 'POST',
  path: `${at}/rollout/resume`,
  role: 'developer',
  summary: 'Let a paused rollout go on',
  params: { environment },
  body: { reason: why.optional() },
  record: ['reason'],
  reply: rollout,
});

export const promoteRollout = endpoint({
  method: 'POST',
  path: `${at}/rollout/promote`,
  role: 'developer',
  summary: 'Give a release all requests without further steps',
  params: { environment },
  body: { reason: why.optional() },
  record: ['reason'],
  reply: rollout,
});

export const abortRollout = endpoint({
  method: 'POST',
  path: `${at}/rollout/abort`,
  role: 'developer',
  summary: 'End a rollout: what served before has all requests at once',
  params: { environment },
  body: { reason: why, force: z.boolean().optional() },
  record: ['reason', 'force'],
  reply: rollout,
});

export const rollBack = endpoint({
  method: 'POST',
  path: `${at}/rollback`,
  role: 'developer',
  summary: 'Go back to an earlier release, at once where it still runs',
  params: { environment },
  body: {
    release: z
      .string()
      .regex(/^[a-z0-9-]{1,80}$/, "must be a deploy's number or id, or a commit")
      .optional()
      .meta({ description: 'Absent: the one before' }),
    reason: why,
    force: z
      .boolean()
      .optional()
      .meta({ description: 'Also over a commit that is marked as not safe to roll back' }),
  },
  record: ['release', 'reason', 'force'],
  reply: z
    .object({
      kind: z.enum(['at once', 'starting again']),
      from: z.object({ id, number: z.int(), commit: z.string() }),
      to: z.object({ id, number: z.int(), commit: z.string() }),
      compatible: sentence.meta({ description: 'Whether it knows the schema it meets' }),
      deploy: id.nullable().meta({ description: 'The deploy that starts it again' }),
    })
    .meta({ id: 'RolledBack' }),
});

export const lockLane = endpoint({
  method: 'POST',
  path: `${at}/lane/lock`,
  role: 'developer',
  summary: 'Let no candidate be released into an environment',
  params: { environment },
  body: { reason: why },
  record: ['reason'],
  reply: laneLock,
});

export const liftLane = endpoint({
  method: 'POST',
  path: `${at}/lane/lift`,
  role: 'developer',
  summary: 'Let candidates be released into an environment again',
  params: { environment },
  body: { reason: why },
  record: ['reason'],
  reply: done,
});

export const markCommit = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/commits/:commit/marks',
  role: 'developer',
  summary: 'Write down what everybody should know of a commit',
  params: { app: appName, commit },
  body: { mark: z.enum(['not-safe-to-roll-back', 'reverted']), reason: why },
  record: ['mark', 'reason'],
  reply: done,
});
