import { z } from 'zod';
import { checkTimeout } from './checks.ts';
import { fields } from './fields.ts';

const absentIsNull = <T>(value: T | null | undefined): T | null => value ?? null;

const usualKeepMs = 3_600_000;

const stageTest = z
  .union([
    fields.command,
    z.strictObject({
      run: fields.command,
      timeout: checkTimeout.prefault('10m'),
      load: z.enum(['gateway']).nullish().transform(absentIsNull).meta({
        description:
          '`gateway`: what the gateway counted meanwhile is its load result. Without it: `load-result.json`, where the test leaves one.',
      }),
    }),
  ])
  .transform((written) =>
    typeof written === 'string'
      ? { run: written, timeoutMs: 600_000, load: null }
      : { run: written.run, timeoutMs: written.timeout, load: written.load },
  )
  .meta({ description: 'A command, or `{ run, timeout, load }`.', examples: ['npm test'] });

const stage = z
  .strictObject({
    environment: z.enum(['fresh', 'shared', 'package']).optional().meta({
      description:
        '`fresh`: made for this stage and thrown away. `package`: so too, the artifact with its stores but without services. Staging and production are `shared`, everything else is `fresh`.',
    }),
    approval: z
      .string()
      .regex(/^(none|authors|person|team:[A-Za-z0-9][A-Za-z0-9_.-]{0,62})$/, {
        error: 'write none, authors, person or team:NAME',
      })
      .default('none')
      .meta({
        description:
          '`none`, `person`, `team:NAME` or `authors`: who must agree before the stage begins.',
      }),
    optional: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether a failure lets the commit go on.' }),
    skip: fields
      .distinct(fields.branchPattern, 50)
      .prefault([])
      .meta({
        description:
          'An optional stage is skipped where only such paths changed since the last release. Patterns as for branches.',
        examples: [['docs/**', '*.md']],
      }),
    tests: fields
      .named(stageTest, 50)
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
    keep: fields
      .duration({ least: '0s', most: '7d' })
      .optional()
      .meta({
        description:
          'How long the environment stays for looking at when the stage failed; without it 1h.',
        examples: ['1h'],
      }),
  })
  .meta({ description: 'One station of a commit on its way.' });

type Written = z.output<typeof stage>;

const stages = z
  .array(
    z
      .record(fields.name, stage)
      .refine((one) => Object.keys(one).length === 1, {
        error: 'write one stage per list item, for example - staging: { tests: { … } }',
      })
      .superRefine((one, context) => {
        for (const [name, written] of Object.entries(one)) {
          const wrong = contradiction(name, written);
          if (wrong)
            context.addIssue({ code: 'custom', path: [name, wrong.key], message: wrong.why });
        }
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
    stages: stages.prefault([]).meta({
      description:
        'Stages in order; one artifact goes all the way. Without any: staging, then production.',
    }),
  })
  .meta({ description: 'What happens to every commit on the main branch.' });

/** Two things that a stage cannot both be. */
function contradiction(name: string, written: Written): { key: string; why: string } | null {
  const { approval, optional, skip, tests, rollout, keep } = written;
  const environment = environmentOf(name, written);
  if (name === 'production' && environment !== 'shared')
    return { key: 'environment', why: 'production is there for everybody: write shared' };
  if (name === 'production' && optional)
    return { key: 'optional', why: 'a commit that is not in production is not released' };
  if (optional && approval !== 'none')
    return { key: 'approval', why: 'nobody need agree to what is optional' };
  if (!optional && skip.length > 0)
    return { key: 'skip', why: 'only an optional stage is skipped: add optional: true' };
  if (environment !== 'shared' && rollout !== null)
    return { key: 'rollout', why: 'nothing is replaced in an environment made for one commit' };
  if (environment === 'package' && Object.values(tests).some(({ load }) => load !== null))
    return { key: 'tests', why: 'nothing is behind the gateway in a package environment' };
  if (environment === 'shared' && keep !== undefined)
    return { key: 'keep', why: 'a shared environment stays in any case' };
  return null;
}

function resolved([name, written]: [string, Written]) {
  const { keep, ...rest } = written;
  return {
    name,
    ...rest,
    environment: environmentOf(name, written),
    keepMs: keep ?? usualKeepMs,
  };
}

function environmentOf(
  name: string,
  { environment }: Written,
): NonNullable<Written['environment']> {
  return environment ?? (name === 'staging' || name === 'production' ? 'shared' : 'fresh');
}
