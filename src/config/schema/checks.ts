import { z } from 'zod';
import { fields } from './fields.ts';

/** Of a check or a test. */
export const checkTimeout = fields
  .duration({ least: '1s', most: '1d' })
  .meta({ description: 'The longest it may take.', examples: ['10m'] });

/** A command that must succeed, as text or as an object. */
export const check = z
  .union([
    fields.command,
    z.strictObject({ run: fields.command, timeout: checkTimeout.prefault('10m') }),
  ])
  .transform((written) =>
    typeof written === 'string'
      ? { run: written, timeoutMs: 600_000 }
      : { run: written.run, timeoutMs: written.timeout },
  )
  .meta({ description: 'A command, or `{ run, timeout }`.', examples: ['npm test'] });

/** What must succeed on every push. */
export const checks = fields
  .named(check, 50)
  .meta({ description: 'Run on every push, side by side, each as a job of its own.' });
