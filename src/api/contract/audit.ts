import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { count, instant } from './fields.ts';

const entry = z
  .object({
    id: z.int(),
    at: instant,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

export const listAudit = endpoint({
  method: 'GET',
  path: '/api/v1/audit',
  role: 'admin',
  summary: 'List who changed what, newest first',
  query: {
    before: count.optional().meta({ description: 'Entries with a smaller id' }),
    subject: z
      .string()
      .max(400)
      .optional()
      .meta({ description: 'Entries whose subject begins so' }),
    limit: count.optional(),
  },
  reply: z.object({ entries: z.array(entry) }),
});
