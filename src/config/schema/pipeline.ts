import { z } from 'zod';
import { check } from './checks.ts';
import { fields } from './fields.ts';

const absentIsNull = <T>(value: T | null | undefined): T | null => value ?? null;

const stage = z
  .strictObject({
    environment: z.enum(['fresh', 'shared']).optional().meta({
      description:
        '`fresh`: made for this stage and thrown away. Staging and production are shared, everything else is fresh.',
    }),
    optional: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether a failure lets the commit go on.' }),
    tests: fields
      .named(check, 50)
      .prefault({})
      .meta({ description: 'Commands that must succeed against the environment.' }),
    infrastructure: fields.path
      .nullish()
      .transform(absentIsNull)
      .meta({
        description: 'A file of checks of servers and networks.',
        examples: ['infra/checks.yaml'],
      }),
    rollout: fields.name
      .nullish()
      .transform(absentIsNull)
      .meta({
        description: 'A name from `rollouts`: how the new release takes over.',
        examples: ['canary'],
      }),
  })
  .meta({ description: 'One station of a commit on its way.' });

const stages = z
  .array(
    z.record(fields.name, stage).refine((one) => Object.keys(one).length === 1, {
      error: 'write one stage per list item, for example - staging: { tests: { … } }',
    }),
  )
  .max(20)
  .transform((written) => written.flatMap((one) => Object.entries(one).map(resolved)))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    error: 'has two stages of one name',
  });

/** What happens to every commit on the main branch. */
export const pipeline = z
  .strictObject({
    branch: fields.branch
      .prefault('main')
      .meta({ description: 'The branch that staging and production follow.' }),
    review: z
      .int()
      .min(0)
      .max(20)
      .default(0)
      .meta({ description: 'Approvals needed before a merge counts as green.' }),
    stages: stages
      .prefault([])
      .meta({ description: 'Stages in order; one artifact goes all the way.' }),
  })
  .meta({ description: 'What happens to every commit on the main branch.' });

function resolved([name, { environment, ...rest }]: [string, z.output<typeof stage>]) {
  const isShared = name === 'staging' || name === 'production';
  return { name, environment: environment ?? (isShared ? 'shared' : 'fresh'), ...rest } as const;
}
