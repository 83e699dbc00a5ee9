import { z } from 'zod';
import { app } from './app.ts';
import { build } from './build.ts';
import { checks } from './checks.ts';
import { environments } from './environments.ts';
import { jobs } from './jobs.ts';
import { pipeline } from './pipeline.ts';
import { rollouts } from './rollouts.ts';
import { secrets } from './secrets.ts';
import { services } from './services.ts';
import { sizes } from './sizes.ts';
import { stores } from './stores.ts';
import { train } from './train.ts';
import { uses } from './uses.ts';
import { variables } from './variables.ts';

/** signalbox.yaml, one schema per section. */
export const configFile = z
  .strictObject({
    app,
    build: build.prefault({}),
    services,
    jobs: jobs.prefault({}),
    stores: stores.prefault({}),
    uses: uses.default({}),
    variables: variables.prefault({}),
    secrets: secrets.default([]),
    checks: checks.prefault({}),
    sizes: sizes.prefault({}),
    environments: environments.prefault({}),
    pipeline: pipeline.prefault({}),
    rollouts: rollouts.prefault({}),
    train,
  })
  .meta({
    title: 'signalbox.yaml',
    description: 'How an app is built, run, seeded, checked and released.',
  });
