import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, branchName, done, instant, sentence } from './fields.ts';

const app = z
  .object({
    name: appName,
    mainBranch: branchName,
    remote: z.string().meta({ description: 'What to `git push` to' }),
    source: z
      .string()
      .nullable()
      .meta({ description: 'The repository it follows; null: it is pushed to' }),
    environments: z.int(),
    syncedAt: instant.nullable(),
    syncError: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'App' });
export type App = z.output<typeof app>;

const webhook = z.object({
  url: z.string(),
  secret: z
    .string()
    .meta({ description: 'Signs each call: HMAC SHA-256 of the body. Shown once.' }),
});

export const listApps = endpoint({
  method: 'GET',
  path: '/api/v1/apps',
  role: 'viewer',
  summary: 'List the apps',
  reply: z.object({ apps: z.array(app) }),
});

export const getApp = endpoint({
  method: 'GET',
  path: '/api/v1/apps/:app',
  role: 'viewer',
  summary: 'Show one app',
  params: { app: appName },
  reply: app,
});

export const addApp = endpoint({
  method: 'POST',
  path: '/api/v1/apps',
  role: 'admin',
  summary: 'Add an app, to push to or to follow',
  body: {
    name: appName,
    source: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'URL or path of a repository to follow' }),
    mainBranch: branchName.optional(),
  },
  record: ['name', 'mainBranch'],
  reply: z.object({ app, webhook: webhook.nullable() }),
});

export const removeApp = endpoint({
  method: 'DELETE',
  path: '/api/v1/apps/:app',
  role: 'admin',
  summary: 'Remove an app with all its environments, data, snapshots and history',
  params: { app: appName },
  query: {
    confirm: z.string().max(100).optional().meta({ description: "The app's name once more" }),
  },
  reply: done,
});

export const syncApp = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/sync',
  role: 'developer',
  summary: 'Fetch the followed repository now',
  params: { app: appName },
  reply: z.object({
    text: sentence,
    changes: z.array(
      z.object({
        branch: branchName,
        change: z.enum(['new', 'moved', 'gone']),
        commit: z.string().nullable(),
        push: z.string().nullable(),
      }),
    ),
  }),
});

export const receiveWebhook = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/webhook',
  role: 'public',
  summary:
    'Say that the followed repository has changed; signed in X-Signalbox-Signature or X-Hub-Signature-256',
  params: { app: appName },
  uploadBytes: 5_000_000,
  reply: done,
});
