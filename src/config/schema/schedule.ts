import { Cron } from 'croner';
import { z } from 'zod';

/** A five-field cron expression that happens at some time. */
export const schedule = z
  .string()
  .max(200)
  .refine(happens, {
    error: 'not a cron expression that ever happens; write five fields, for example 0 3 * * *',
  })
  .meta({ description: 'A cron expression with five fields.', examples: ['0 3 * * *'] });

function happens(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    return (
      new Cron(text.trim(), { paused: true, mode: '5-part', timezone: 'UTC' }).nextRun() !== null
    );
  } catch {
    return false;
  }
}
