import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, commit, count, done, instant, partName, reason, sentence } from './fields.ts';

const state = z.enum([
  'travelling',
  'asking',
  'blocked',
  'held',
  'agreed',
  'releasing',
  'arrived',
  'failed',
  'cancelled',
  'superseded',
]);

const brief = z.object({
  app: appName,
  number: z.int().meta({ description: 'Counted per app' }),
  state,
  reason: sentence.nullable().meta({ description: 'What it waits for, or why it ended so' }),
  commit: z.string().meta({ description: 'What it carries now; votes are bound to it' }),
  plannedAt: instant.meta({ description: 'The departure of the timetable that it is' }),
  departedAt: instant,
  askedAt: instant.nullable(),
  answersUntil: instant.nullable(),
  endedAt: instant.nullable(),
});

const listed = brief.meta({ id: 'Train' });
export type ListedTrain = z.output<typeof listed>;

const change = z.object({
  commit: z.string(),
  number: z.int().nullable().meta({ description: 'Of its change request' }),
  subject: z.string(),
  authors: z.array(z.object({ name: z.string(), email: z.string() })),
  goodWithoutAsking: z.string().nullable().meta({ description: 'Why nobody is asked' }),
  ejected: z.object({ at: instant, by: z.string(), why: z.string().nullable() }).nullable(),
});

const passenger = z.object({
  voter: z.string().meta({ description: "A person's name, or the address in the commits" }),
  known: z.boolean().meta({ description: 'Whether a person here has this address' }),
  changes: z.array(z.string()).meta({ description: 'Their changes on board' }),
});

const vote = z.object({
  voter: z.string(),
  by: z.string(),
  answer: z.enum(['good', 'bad']),
  commit: z.string(),
  change: z.string().nullable(),
  reason: z.string().nullable(),
  via: z.string().meta({ examples: ['api', 'irc', 'kept'] }),
  at: instant,
});

const details = brief
  .extend({
    candidate: z.int().nullable().meta({ description: 'Its number' }),
    stages: z.array(z.object({ name: partName, state: z.string(), reason: z.string().nullable() })),
    changes: z.array(change),
    passengers: z.array(
      passenger.extend({
        answer: z.enum(['good', 'bad']).nullable(),
        answerReason: z.string().nullable(),
      }),
    ),
    consent: z.object({ kind: z.enum(['agreed', 'vetoed', 'open']), words: sentence }),
    votes: z.array(vote).meta({ description: 'All that were ever cast, newest first' }),
    holds: z.array(z.object({ by: z.string(), reason: z.string(), until: instant })),
    next: z.array(z.string()).meta({ description: 'What to type to go on' }),
  })
  .meta({ id: 'TrainDetails' });
export type TrainDetails = z.output<typeof details>;

const prognosis = z
  .object({
    at: instant.nullable().meta({ description: 'null: as soon as nothing keeps it' }),
    later: z.array(instant),
    keptBy: z.array(sentence).meta({ description: 'What keeps it from leaving' }),
    commit: z.string().nullable(),
    changes: z.array(change),
    passengers: z.array(passenger),
    stages: z.array(z.string()),
    skipped: z.array(z.object({ what: z.string(), why: sentence })),
    approval: z.string().nullable(),
  })
  .meta({ id: 'TrainPrognosis' });
export type TrainPrognosis = z.output<typeof prognosis>;

const at = '/api/v1/apps/:app/train';
const params = { app: appName };
const why = reason.min(1);
const person = z.string().min(1).max(254).meta({ description: "A person's name or address" });
const named = z
  .string()
  .min(1)
  .max(80)
  .meta({ description: 'A number, or the beginning of its commit' });
const message = z.string().min(1).max(200).meta({
  description: 'An id of your own: the same vote sent again with it counts once',
});

export const getTrain = endpoint({
  method: 'GET',
  path: at,
  role: 'viewer',
  summary: 'Show the train that is under way, or the last one',
  params,
  query: { number: count.optional() },
  reply: details,
});

export const listTrains = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/trains',
  role: 'viewer',
  summary: 'List the trains of an app, newest first',
  params,
  query: { limit: count.optional() },
  reply: z.object({ trains: z.array(listed) }),
});

export const getNextTrain = endpoint({
  method: 'GET',
  path: `${at}/next`,
  role: 'viewer',
  summary: 'What the next train would do, without doing anything',
  params,
  reply: prognosis,
});

export const getMyCommits = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app/my-commits',
  role: 'viewer',
  summary: "Where one's own newest commits are",
  params,
  reply: z.object({
    commits: z.array(
      z.object({
        commit: z.string(),
        subject: z.string(),
        at: instant,
        isInProduction: z.boolean(),
        train: z.object({ number: z.int(), state, ejected: z.boolean() }).nullable(),
      }),
    ),
  }),
});

export const sayGood = endpoint({
  method: 'POST',
  path: `${at}/good`,
  role: 'developer',
  summary: 'Say good to what the train carries',
  params,
  body: {
    commit: commit.optional(),
    whom: person.optional(),
    reason: why.optional(),
    message: message.optional(),
  },
  record: ['commit', 'whom', 'reason'],
  reply: done,
});

export const sayBad = endpoint({
  method: 'POST',
  path: `${at}/bad`,
  role: 'developer',
  summary: 'Say no to what the train carries: it does not go into production',
  params,
  body: {
    commit: commit.optional(),
    whom: person.optional(),
    change: named.optional(),
    reason: why,
    message: message.optional(),
  },
  record: ['commit', 'whom', 'change', 'reason'],
  reply: done,
});

export const holdTrain = endpoint({
  method: 'POST',
  path: `${at}/hold`,
  role: 'developer',
  summary: 'Keep the train from production for a while',
  params,
  body: { seconds: z.int().min(1).max(604_800), reason: why },
  record: ['seconds', 'reason'],
  reply: done,
});

export const unholdTrain = endpoint({
  method: 'POST',
  path: `${at}/unhold`,
  role: 'developer',
  summary: 'Lift what holds the train',
  params,
  reply: done,
});

export const forceTrain = endpoint({
  method: 'POST',
  path: `${at}/force`,
  role: 'release-manager',
  summary: "Send the train into production without everybody's word",
  params,
  body: { reason: why },
  record: ['reason'],
  reply: done,
});

const changes = z.array(named).min(1).max(20);

export const ejectChanges = endpoint({
  method: 'POST',
  path: `${at}/eject`,
  role: 'developer',
  summary: 'Take changes off the train: a new candidate is built without them',
  params,
  body: { changes, reason: why.optional() },
  record: ['changes', 'reason'],
  reply: done,
});

export const revertChanges = endpoint({
  method: 'POST',
  path: `${at}/revert`,
  role: 'developer',
  summary: 'Take changes off the train and back on the main branch',
  params,
  body: { changes, reason: why.optional() },
  record: ['changes', 'reason'],
  reply: done,
});

export const delegateVote = endpoint({
  method: 'POST',
  path: `${at}/delegate`,
  role: 'developer',
  summary: 'Let somebody else answer for oneself about trains of this app',
  params,
  body: {
    to: person,
    seconds: z.int().min(60).max(31_536_000).optional(),
    reason: why.optional(),
  },
  record: ['to', 'seconds', 'reason'],
  reply: done,
});

export const cancelTrain = endpoint({
  method: 'POST',
  path: `${at}/cancel`,
  role: 'release-manager',
  summary: 'End the train before production; what is on board is on the next one',
  params,
  body: { reason: why },
  record: ['reason'],
  reply: done,
});

export const departNow = endpoint({
  method: 'POST',
  path: `${at}/depart`,
  role: 'release-manager',
  summary: 'Let a train leave at once, off the timetable',
  params,
  reply: done,
});
