import { z } from 'zod';
import { timelineKinds } from '../../kernel/timeline-kind.ts';
import { endpoint } from './endpoint.ts';
import { appName, count, environment, id, instant, sentence } from './fields.ts';

const kind = z.enum(timelineKinds);

const entry = z
  .object({
    id: z.string().meta({ description: 'Unique in the timeline' }),
    at: instant,
    kind,
    what: z.string().meta({ description: "The event's kind, or the audited action" }),
    app: appName.nullable(),
    environment: id.nullable(),
    environmentName: z.string().nullable(),
    by: z.string().nullable(),
    text: sentence,
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.output<typeof entry>;

export const listTimeline = endpoint({
  method: 'GET',
  path: '/api/v1/timeline',
  role: 'viewer',
  summary: 'List what happened, newest first; who changed what is among it for admins',
  query: {
    app: appName.optional(),
    environment: environment.optional(),
    kinds: z
      .string()
      .max(200)
      .regex(/^[a-z]+(,[a-z]+)*$/, 'must be kinds, separated by commas')
      .optional()
      .meta({ description: 'Absent: all', examples: ['deploy,vote'] }),
    text: z.string().min(1).max(200).optional().meta({ description: 'What its sentence contains' }),
    before: z
      .string()
      .max(100)
      .optional()
      .meta({ description: '`next` of the page before; absent: from now' }),
    limit: count.optional().meta({ description: '1 to 500; absent: 100' }),
  },
  reply: z
    .object({
      entries: z.array(entry),
      next: z.string().nullable().meta({ description: 'null: there is nothing older' }),
    })
    .meta({ id: 'Timeline' }),
});
