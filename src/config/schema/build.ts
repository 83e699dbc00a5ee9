import { z } from 'zod';
import { fields } from './fields.ts';

const run = z
  .union([fields.command, z.array(fields.command).max(50)])
  .transform((commands) => [commands].flat())
  .meta({
    description: 'A command, or several that run in this order until one fails.',
    examples: [['npm ci', 'npm run build']],
  });

const cache = z.strictObject({
  paths: fields
    .distinct(fields.path, 50)
    .min(1)
    .meta({
      description: 'What is restored before the build and put away after it.',
      examples: [['node_modules']],
    }),
  key: fields
    .distinct(fields.path, 50)
    .min(1)
    .meta({
      description: 'The files that, unchanged, allow the paths to be restored.',
      examples: [['package-lock.json']],
    }),
});

/** How a checkout becomes an artifact. */
export const build = z
  .strictObject({
    run: run.prefault([]),
    cache: cache
      .nullish()
      .transform((value) => value ?? null)
      .meta({ description: 'What one build leaves for the next.' }),
    keep: fields
      .distinct(fields.path, 200)
      .min(1)
      .nullish()
      .transform((value) => value ?? null)
      .meta({
        description: 'What the artifact holds after the build; without it the whole tree.',
        examples: [['dist', 'node_modules', 'package.json']],
      }),
    timeout: fields
      .duration({ least: '1s', most: '1d' })
      .meta({ description: 'The longest a build may take.', examples: ['15m'] })
      .prefault('15m'),
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .meta({
    description: 'How a checkout becomes an artifact. It runs once for each tree of files.',
  });
