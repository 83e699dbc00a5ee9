import { z } from 'zod';
import { fields } from './fields.ts';

const size = fields.name.meta({ description: 'A name from `sizes`, or `none` for no limits.' });
const absentIsNull = <T>(value: T | null | undefined): T | null => value ?? null;

const serviceHere = z
  .strictObject({
    instances: z.int().min(0).max(100).nullish().transform(absentIsNull).meta({
      description: 'How many run here; 0 switches the service off.',
    }),
    size: size.nullish().transform(absentIsNull),
  })
  .meta({ description: 'What is different about one service in this environment.' });

const anywhere = {
  size: size.default('none'),
  instances: z.int().min(1).max(100).nullish().transform(absentIsNull).meta({
    description: "Instances of every service here; without it each service's own number.",
  }),
  services: fields.named(serviceHere, 30).prefault({}).meta({
    description: 'What is different about single services here.',
  }),
};

// YAML readers of the old kind take on and off for booleans, and people write those too.
const jobsSwitch = (unlessSaid: 'on' | 'off') =>
  z
    .union([z.enum(['on', 'off']), z.boolean()])
    .transform((written) => written === true || written === 'on')
    .meta({ description: 'Whether schedules run here.' })
    .prefault(unlessSaid);

const idle = z
  .strictObject({
    sleep: fields
      .duration({ least: '1m', most: '365d' })
      .prefault('1h')
      .meta({
        description: 'Without a request for this long it is put to sleep.',
        examples: ['1h'],
      }),
    warn: fields
      .duration({ least: '1m', most: '365d' })
      .prefault('2d')
      .meta({
        description: 'Without a request or push for this long its end is announced.',
        examples: ['2d'],
      }),
    destroy: fields
      .duration({ least: '1m', most: '365d' })
      .prefault('3d')
      .meta({
        description: 'Without a request or push for this long it is destroyed.',
        examples: ['3d'],
      }),
  })
  .refine(({ warn, destroy }) => warn <= destroy, {
    error: 'warn must not be longer than destroy',
    path: ['warn'],
  })
  .transform(({ sleep, warn, destroy }) => ({ sleepMs: sleep, warnMs: warn, destroyMs: destroy }))
  .meta({ description: 'What happens to a preview that nobody uses.' });

const preview = z
  .strictObject({
    for: z.enum(['branches', 'requests', 'command']).default('branches').meta({
      description:
        'What gets a preview: every branch, open change requests, or only what is asked for.',
    }),
    except: fields
      .distinct(fields.branchPattern, 100)
      .default([])
      .meta({
        description: 'Branches that get none: `*` stands for anything but `/`, `**` for anything.',
        examples: [['dependabot/**']],
      }),
    ...anywhere,
    data: z.enum(['own', 'shared']).default('own').meta({
      description:
        "`own`: a clone of the newest fitting snapshot. `shared`: staging's stores, refused when the branch brings a migration.",
    }),
    jobs: jobsSwitch('off'),
    idle: idle.prefault({}),
    limit: z.int().min(1).max(1000).default(10).meta({
      description: 'How many previews of this app may exist at a time; more wait in a queue.',
    }),
    nodes: z
      .int()
      .min(1)
      .max(100)
      .nullish()
      .transform(absentIsNull)
      .meta({
        description:
          'Previews live on so many numbered nodes, `node-1--shop.DOMAIN` and so on: a branch gets the one it had, a free one, or the one unchanged for longest. `limit` does not matter then.',
        examples: [10],
      }),
    protect: z.enum(['none', 'password', 'team']).default('none').meta({
      description: 'Who may open it.',
    }),
  })
  .meta({ description: 'The environment of a branch.' });

const shared = z.strictObject({ ...anywhere, jobs: jobsSwitch('on') });

/** How the three kinds of environment differ. */
export const environments = z
  .strictObject({
    preview: preview.prefault({}),
    staging: shared
      .prefault({})
      .meta({ description: 'The shared environment of the main branch.' }),
    production: shared.prefault({}).meta({ description: 'The environment the users see.' }),
  })
  .meta({ description: 'How previews, staging and production differ.' });
