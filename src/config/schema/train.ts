import { z } from 'zod';
import { parseEvery } from '../../kernel/duration.ts';
import { fields } from './fields.ts';
import { schedule } from './schedule.ts';

const day = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const time = '([01]\\d|2[0-3]):[0-5]\\d';
const windowRule = new RegExp(`^${day}(-${day})?(, ?${day}(-${day})?)* ${time}-(${time}|24:00)$`);

const open = z
  .string()
  .max(100)
  .regex(windowRule, { error: 'write days and times, for example Mon-Fri 09:00-17:00' });

const windows = z
  .strictObject({
    open: z
      .union([open, z.array(open).min(1).max(20)])
      .transform((written) => [written].flat())
      .meta({
        description: 'Days and times at which a train may leave.',
        examples: ['Mon-Fri 09:00-17:00'],
      }),
    timezone: fields.timezone.default('UTC'),
  })
  .meta({ description: 'When trains may leave.' });

const departs = z
  .string()
  .max(200)
  .transform((text, context) => {
    const everyMs = parseEvery(text);
    if (everyMs !== null && everyMs >= 60_000) return { kind: 'every' as const, everyMs };
    if (schedule.safeParse(text).success) return { kind: 'schedule' as const, schedule: text };
    const message = 'write every hour, every 30m, or a cron expression with five fields';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** When releases leave, and who agrees. */
export const train = z
  .strictObject({
    departs: departs
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'A rhythm or a cron expression; without it every green commit leaves at once.',
        examples: ['every hour'],
      }),
    windows: windows
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'When trains may leave.' }),
    approval: z
      .string()
      .regex(/^(none|authors|person|team:[A-Za-z0-9][A-Za-z0-9_.-]{0,62})$/, {
        error: 'write none, authors, person or team:NAME',
      })
      .default('authors')
      .meta({ description: '`none`, `authors`, `person` or `team:NAME`: who must agree.' }),
    'answer-within': fields
      .duration({ least: '1m', most: '30d' })
      .prefault('45m')
      .meta({
        description: 'How long the train waits for answers.',
        examples: ['45m'],
      }),
    'without-answer': z.enum(['hold', 'leave-without', 'go']).default('hold').meta({
      description: 'What happens when an answer does not come.',
    }),
  })
  .transform(({ 'answer-within': answerWithinMs, 'without-answer': withoutAnswer, ...rest }) => ({
    ...rest,
    answerWithinMs,
    withoutAnswer,
  }))
  .nullish()
  .transform((value) => value ?? null)
  .meta({ description: 'When releases leave for production, and who agrees.' });
