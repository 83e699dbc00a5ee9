import { z } from 'zod';

/** Where each code has a heading. */
export const errorsPage = '/docs/errors.md';

/** What every failed request answers with, as application/problem+json (RFC 9457). */
export const problem = z
  .object({
    type: z.string(),
    title: z.string().meta({ description: 'What did not happen' }),
    detail: z.string().optional().meta({ description: 'Why' }),
    status: z.int(),
    code: z.string().meta({ examples: ['api/forbidden'] }),
    fix: z.array(z.string()).meta({ description: 'What to do next, best first' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
