import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, branchName, count, id, instant, partName, sentence } from './fields.ts';

const commitFacts = z
  .object({
    commit: z.string(),
    subject: z.string(),
    authors: z.array(z.string()).meta({ description: 'Names, the author of the commit first' }),
    at: instant.meta({ description: 'When it was committed' }),
  })
  .meta({ id: 'CommitFacts' });
export type CommitFacts = z.output<typeof commitFacts>;

const health = z
  .object({
    word: z.enum(['fine', 'trouble', 'unknown']).meta({ description: 'unknown: nobody asked it' }),
    text: sentence.meta({ description: 'Why that word' }),
    requests: z.int().meta({ description: 'Of the last five minutes' }),
    bad: z.int(),
    perSecond: z.number(),
    p95Ms: z.number().nullable(),
  })
  .meta({ id: 'Health' });

const stage = z
  .object({
    environment: id,
    name: z.string().meta({ examples: ['production'] }),
    kind: z.enum(['staging', 'production', 'stage']),
    state: z.string(),
    reason: sentence.nullable(),
    url: z.string(),
    deploy: z.int().nullable().meta({ description: 'The number of the deploy that serves' }),
    commit: commitFacts.nullable().meta({ description: 'What serves' }),
    since: instant.nullable().meta({ description: 'When it began to serve' }),
    health,
    lock: z.object({ by: z.string(), reason: sentence, at: instant }).nullable(),
    rollout: z
      .object({
        id,
        state: z.string(),
        strategy: z.string(),
        commit: z.string(),
        step: z.int(),
        steps: z.int().meta({ description: 'How many it will have; 0: it has none' }),
        weight: z.number().meta({ description: 'Of the users, in percent' }),
        phase: sentence,
        pausedBy: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Under way' }),
  })
  .meta({ id: 'StageOverview' });
export type StageOverview = z.output<typeof stage>;

const overview = z
  .object({
    app: appName,
    mainBranch: branchName,
    production: stage.nullable(),
    stages: z.array(stage).meta({ description: 'Before production, in their order' }),
    candidate: z
      .object({
        number: z.int(),
        commit: commitFacts,
        state: z.string(),
        reason: sentence.nullable(),
        createdAt: instant,
        endedAt: instant.nullable(),
        stages: z.array(
          z.object({ name: partName, state: z.string(), reason: sentence.nullable() }),
        ),
      })
      .nullable()
      .meta({ description: 'Under way, else the newest' }),
    train: z
      .object({
        number: z.int(),
        state: z.string(),
        reason: sentence.nullable(),
        commit: z.string(),
        changes: z.int(),
        missing: z.array(z.string()).meta({ description: 'Whose word is missing' }),
        departedAt: instant,
        answersUntil: instant.nullable(),
        endedAt: instant.nullable(),
      })
      .nullable()
      .meta({ description: 'Under way, else the last one' }),
    next: z
      .object({ at: instant.nullable(), changes: z.int(), keptBy: z.array(sentence) })
      .nullable()
      .meta({ description: 'The next train; null: releases of this app do not leave by train' }),
    environments: z.object({
      previews: z.int(),
      live: z.int(),
      failed: z.int(),
      busy: z.int().meta({ description: 'Queued, being created or destroyed' }),
    }),
    freeze: z
      .object({ until: instant, reason: sentence, by: z.string() })
      .nullable()
      .meta({ description: 'The one that lasts longest' }),
  })
  .meta({ id: 'Overview' });
export type Overview = z.output<typeof overview>;

export const getOverview = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/overview',
  role: 'viewer',
  summary: 'Show at a glance what is in production, what is on its way, and how it is',
  params: { app: appName },
  reply: overview,
});

const measure = z
  .object({
    key: z.enum(['deploys', 'lead-time', 'change-failures', 'restore-time']),
    title: z.string().meta({ examples: ['Deploys per day'] }),
    unit: z.enum(['per day', 'seconds', 'share']),
    value: z.number().nullable().meta({ description: 'null: nothing to measure it by' }),
    cases: z.int().meta({ description: 'How many it is made of' }),
    formula: sentence.meta({ description: 'How it is made, from which of our own rows' }),
    days: z
      .array(z.object({ day: z.iso.date(), value: z.number().nullable(), cases: z.int() }))
      .meta({ description: 'Oldest first, each day of the span' }),
  })
  .meta({ id: 'DeliveryMeasure' });

export const getDelivery = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/delivery',
  role: 'viewer',
  summary: 'Measure how an app is delivered: how often, how fast, how safely (DORA)',
  params: { app: appName },
  query: { days: count.optional().meta({ description: '1 to 365; absent: 30' }) },
  reply: z
    .object({ app: appName, from: instant, to: instant, measures: z.array(measure) })
    .meta({ id: 'Delivery' }),
});
export type Delivery = z.output<typeof getDelivery.reply>;
