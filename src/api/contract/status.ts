import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { environment, instant, sentence } from './fields.ts';

const part = z.object({ ok: z.boolean(), text: sentence });

const status = z
  .object({
    ok: z.boolean(),
    version: z.string(),
    controllers: z.array(
      z.object({
        id: z.string(),
        host: z.string(),
        listen: z.string(),
        alive: z.boolean(),
        seenAt: instant,
      }),
    ),
    duties: z.array(
      z.object({
        name: z.string(),
        everyMs: z.int(),
        ranAt: instant.nullable(),
        silent: z.boolean().meta({ description: 'It should have run by now' }),
        error: z.string().nullable(),
      }),
    ),
    gateway: part,
    database: part,
    runtime: part,
  })
  .meta({ id: 'Status' });

const finding = z
  .object({
    finding: z
      .string()
      .meta({ description: 'Its kind, for programs', examples: ['orphan-database'] }),
    subject: z.string(),
    text: sentence,
    fix: z.array(z.string()),
    severity: z.enum(['fine', 'note', 'trouble']),
  })
  .meta({ id: 'Finding' });

export const getStatus = endpoint({
  method: 'GET',
  path: '/api/v1/status',
  role: 'viewer',
  summary: 'Say how Signalbox itself is',
  reply: status,
});

export const health = endpoint({
  method: 'GET',
  path: '/healthz',
  role: 'public',
  summary: 'Say whether this controller answers',
  reply: z.object({ ok: z.boolean() }),
});

export const doctor = endpoint({
  method: 'GET',
  path: '/api/v1/doctor',
  role: 'viewer',
  summary: 'Explain why environments are or are not there, and what has no owner',
  query: { environment: environment.optional() },
  reply: z.object({ findings: z.array(finding) }),
});
