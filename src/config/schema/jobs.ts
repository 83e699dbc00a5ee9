import { z } from 'zod';
import { fields } from './fields.ts';
import { schedule } from './schedule.ts';

const job = z
  .strictObject({
    run: fields.command.meta({ examples: ['node report.js'] }),
    schedule: schedule
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description:
          'When it runs: a cron expression with five fields. Without it only when asked for.',
        examples: ['0 3 * * *'],
      }),
    timezone: fields.timezone.default('UTC'),
    timeout: fields
      .duration({ least: '1s', most: '7d' })
      .meta({ description: 'The longest one run may take.', examples: ['1h'] })
      .prefault('1h'),
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .meta({ description: 'One short-running program.' });

/** The app's short-running programs. */
export const jobs = fields.named(job, 50).meta({
  description: 'Short-running programs, on a schedule or on demand.',
});
