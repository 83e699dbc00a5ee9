import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { appName, done, instant, sentence } from './fields.ts';

const kind = z.enum(['github', 'gitlab', 'forgejo']);
const repository = z
  .string()
  .min(1)
  .max(300)
  .meta({ examples: ['acme/shop'] });
const url = z
  .string()
  .max(500)
  .meta({
    description: "Of its API; without it the service's own",
    examples: ['https://code.example'],
  });

const webhook = z.object({
  url: z.string(),
  secret: z.string().meta({ description: 'Signs its calls, or is sent along with them' }),
  heardAt: instant.nullable().meta({ description: 'Its last call that was signed' }),
});

const host = z
  .object({
    app: appName,
    kind,
    repository,
    url: url.nullable(),
    access: z.enum(['token', 'app']),
    addedBy: z.string(),
    addedAt: instant,
    askedAt: instant.nullable().meta({ description: 'When its requests were read last' }),
    heardAt: instant.nullable().meta({ description: 'Its last webhook call that was signed' }),
    openRequests: z.int(),
    waiting: z.int().meta({ description: 'Messages it has not been told' }),
    trouble: sentence.nullable().meta({ description: 'Why it could not be reached' }),
    refused: sentence.nullable().meta({ description: 'Why it did not take a message' }),
  })
  .meta({ id: 'Host' });
export type Host = z.output<typeof host>;

const finding = z.object({
  finding: z.string(),
  subject: z.string(),
  text: sentence,
  fix: z.array(z.string()),
  severity: z.enum(['fine', 'note', 'trouble']),
});

const at = '/api/v1/apps/:app/host';
const params = { app: appName };

export const putHost = endpoint({
  method: 'PUT',
  path: at,
  role: 'admin',
  summary: "Say where an app's repository lives; again: with another token",
  params,
  body: {
    kind,
    repository,
    url: url.optional(),
    token: z.string().max(2000).optional(),
    appId: z
      .string()
      .max(20)
      .optional()
      .meta({ description: 'Of a GitHub app, with its key instead of a token' }),
    key: z.string().max(20_000).optional().meta({ description: 'Private key, PEM' }),
  },
  record: ['kind', 'repository', 'url', 'appId'],
  reply: z.object({ host, webhook }),
});

export const getHost = endpoint({
  method: 'GET',
  path: at,
  role: 'viewer',
  summary: "Show where an app's repository lives, without what opens it",
  params,
  reply: host,
});

export const removeHost = endpoint({
  method: 'DELETE',
  path: at,
  role: 'admin',
  summary: 'Tell and ask the code host no more; what it shows stays there',
  params,
  reply: done,
});

export const checkHost = endpoint({
  method: 'POST',
  path: `${at}/check`,
  role: 'admin',
  summary: 'Ask the code host for all that is needed of it, and say what is missing',
  params,
  reply: z.object({ findings: z.array(finding), webhook }).meta({ id: 'HostCheck' }),
});

export const receiveHostWebhook = endpoint({
  method: 'POST',
  path: '/api/v1/apps/:app/host-webhook',
  role: 'public',
  summary: 'Say that there is news on the code host; proved the way that host proves its calls',
  params,
  uploadBytes: 5_000_000,
  reply: done,
});
