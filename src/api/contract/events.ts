import { z } from 'zod';
import { stream } from './endpoint.ts';
import { appName, id, instant, sentence } from './fields.ts';

export const followEvents = stream({
  path: '/api/v1/events',
  role: 'viewer',
  summary: 'Follow everything that happens; goes on after Last-Event-ID',
  query: { app: appName.optional(), environment: id.optional(), push: id.optional() },
  reply: z
    .object({
      id: z.int(),
      at: instant,
      kind: z.string(),
      app: z.string().nullable(),
      environment: z.string().nullable(),
      push: z.string().nullable(),
      text: sentence,
      data: z.record(z.string(), z.unknown()),
    })
    .meta({ id: 'Event' }),
  line: ({ at, text }) => `${at.toISOString()} ${text}`,
});
