import { z } from 'zod';
import { endpoint, stream } from './endpoint.ts';
import {
  appName,
  branchName,
  count,
  id,
  instant,
  progress,
  progressLine,
  sentence,
} from './fields.ts';

const push = z
  .object({
    id,
    app: appName,
    branch: branchName,
    commit: z.string(),
    by: z.string(),
    at: instant,
    state: z.enum(['waiting', 'running', 'live', 'passed', 'failed', 'superseded', 'refused']),
    reason: sentence.nullable(),
    fix: z.array(z.string()),
    url: z.string().nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Push' });

const check = z.object({
  name: z.string(),
  state: z.enum(['running', 'passed', 'failed', 'timed-out', 'stopped']),
  exitCode: z.int().nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
  logTail: z.string().nullable(),
});

const build = z.object({
  key: z.string(),
  state: z.enum(['running', 'built', 'failed']),
  reason: sentence.nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
});

export const listPushes = endpoint({
  method: 'GET',
  path: '/api/v1/pushes',
  role: 'viewer',
  summary: 'List pushes, newest first',
  query: { app: appName.optional(), branch: branchName.optional(), limit: count.optional() },
  reply: z.object({ pushes: z.array(push) }),
});

export const getPush = endpoint({
  method: 'GET',
  path: '/api/v1/pushes/:push',
  role: 'viewer',
  summary: 'Show one push with its checks and its build',
  params: { push: id },
  reply: push
    .extend({ checks: z.array(check), build: build.nullable() })
    .meta({ id: 'PushDetails' }),
});

export const followPush = stream({
  path: '/api/v1/pushes/:push/follow',
  role: 'viewer',
  summary: 'Follow a push through checks, build and deploy until it has ended',
  params: { push: id },
  reply: progress,
  line: progressLine,
});
