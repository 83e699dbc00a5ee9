import { formatByteSize } from '../kernel/byte-size.ts';
import { formatDuration } from '../kernel/duration.ts';
import { formatPercentage } from '../kernel/percentage.ts';
import type { Config, Service, Store } from './config.ts';
import { builtInSizes } from './schema/sizes.ts';

/** A value as the file writes it, and what it would be if the file did not. */
export interface Written {
  value: unknown;
  unlessSaid: unknown;
  masked?: boolean;
}

/** Keys in the order of the reference; what is null is not written at all. */
export type FileForm = Written | FileForm[] | { keys: Record<string, FileForm | null> };

/** A configuration in the words of signalbox.yaml again: `900000` is `15m`, `onPush` is `on-push`. */
export function fileForm(config: Config): FileForm {
  const { build, train, environments } = config;
  return keys({
    app: said(config.app),
    build: keys({
      run: said(build.run, []),
      cache: build.cache && keys({ paths: said(build.cache.paths), key: said(build.cache.key) }),
      keep: build.keep && said(build.keep),
      timeout: duration(build.timeoutMs, '15m'),
    }),
    services: each(config.services, serviceForm),
    jobs: each(config.jobs, ({ run, schedule, timezone, timeoutMs }) =>
      keys({
        run: said(run),
        schedule: schedule === null ? null : said(schedule),
        timezone: said(timezone, 'UTC'),
        timeout: duration(timeoutMs, '1h'),
      }),
    ),
    stores: each(config.stores, storeForm),
    uses: each(config.uses, ({ variable }) => keys({ variable: said(variable) })),
    variables: each(config.variables, (value, name) => variableForm(name, value)),
    secrets: said(config.secrets, []),
    checks: each(config.checks, checkForm),
    sizes: each(config.sizes, sizeForm),
    environments: keys({
      preview: previewForm(environments.preview),
      staging: keys(sharedForm(environments.staging, 'on')),
      production: keys(sharedForm(environments.production, 'on')),
    }),
    pipeline: pipelineForm(config.pipeline),
    rollouts: each(config.rollouts, rolloutForm),
    train: train && trainForm(train),
  });
}

function serviceForm({ run, health, startMs, instances, smoke, stopMs }: Service): FileForm {
  return keys({
    run: said(run),
    health: health.kind === 'http' ? said(health.path) : null,
    start: duration(startMs, '30s'),
    instances: said(instances, 1),
    smoke: smoke === null ? null : said(smoke),
    stop: duration(stopMs, '10s'),
  });
}

function storeForm(store: Store): FileForm {
  const { seed } = store;
  return keys({
    [store.kind]: kindForm(store),
    seed: keys({
      from: said(seed.from, store.kind === 'postgres' ? 'staging' : 'empty'),
      every: duration(seed.everyMs, '1d'),
      keep: said(seed.keep, 7),
      scrub: seed.scrub === null ? null : said(seed.scrub),
      proof: seed.proof === null ? null : said(seed.proof),
    }),
    'on-push': said(store.onPush, 'keep'),
  });
}

function kindForm(store: Store): FileForm {
  const variable = said(
    store.variable,
    { postgres: 'DATABASE_URL', redis: 'REDIS_URL', solr: 'SOLR_URL' }[store.kind],
  );
  if (store.kind !== 'postgres') return keys({ variable });
  return keys({
    variable,
    migrate: store.migrate === null ? null : said(store.migrate),
    'migrate-timeout': duration(store.migrateTimeoutMs, '10m'),
    ledger: said(store.ledger, 'schema_migrations'),
  });
}

function variableForm(name: string, value: string): FileForm {
  const looksSecret = /KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL/i.test(name);
  if (looksSecret) return { ...said('********'), masked: true };
  // An address may carry a password between its scheme and its host.
  const harmless = value.replaceAll(/(:\/\/[^\s/?#]*:)[^\s/]*@/g, '$1********@');
  return harmless === value ? said(value) : { ...said(harmless), masked: true };
}

function checkForm({ run, timeoutMs }: Config['checks'][string]): FileForm {
  return keys({ run: said(run), timeout: duration(timeoutMs, '10m') });
}

type StageTest = Config['pipeline']['stages'][number]['tests'][string];

function testForm({ run, timeoutMs, load }: StageTest): FileForm {
  return keys({
    run: said(run),
    timeout: duration(timeoutMs, '10m'),
    load: load === null ? null : said(load),
  });
}

function sizeForm({ memoryBytes, cpus }: Config['sizes'][string], name: string): FileForm {
  const usual = Object.hasOwn(builtInSizes, name) ? builtInSizes[name] : undefined;
  return keys({
    memory:
      memoryBytes === null
        ? null
        : said(formatByteSize(memoryBytes), formatByteSize(usual?.memoryBytes ?? 0)),
    cpus: cpus === null ? null : said(cpus, usual?.cpus),
  });
}

function sharedForm(here: Config['environments']['staging'], jobs: 'on' | 'off') {
  const { size, instances, services } = here;
  return {
    size: said(size, 'none'),
    instances: instances === null ? null : said(instances),
    services: each(services, ({ instances, size }) =>
      keys({
        instances: instances === null ? null : said(instances),
        size: size === null ? null : said(size),
      }),
    ),
    jobs: said(here.jobs ? 'on' : 'off', jobs),
  };
}

function previewForm(preview: Config['environments']['preview']): FileForm {
  const { idle } = preview;
  return keys({
    for: said(preview.for, 'branches'),
    except: said(preview.except, []),
    ...sharedForm(preview, 'off'),
    data: said(preview.data, 'own'),
    idle: keys({
      sleep: duration(idle.sleepMs, '1h'),
      warn: duration(idle.warnMs, '2d'),
      destroy: duration(idle.destroyMs, '3d'),
    }),
    limit: said(preview.limit, 10),
    protect: said(preview.protect, 'none'),
  });
}

function pipelineForm({ branch, review, stages }: Config['pipeline']): FileForm {
  return keys({
    branch: said(branch, 'main'),
    review: said(review, 0),
    stages: stages.length > 0 ? stages.map(stageForm) : said([], []),
  });
}

function stageForm(stage: Config['pipeline']['stages'][number]): FileForm {
  const { name, environment, approval, optional, skip, tests, infrastructure, rollout } = stage;
  const usual = name === 'staging' || name === 'production' ? 'shared' : 'fresh';
  return keys({
    [name]: keys({
      environment: said(environment, usual),
      approval: said(approval, 'none'),
      optional: said(optional, false),
      skip: said(skip, []),
      tests: each(tests, testForm),
      infrastructure: infrastructure === null ? null : said(infrastructure),
      rollout: rollout === null ? null : said(rollout),
      keep: environment === 'shared' ? null : duration(stage.keepMs, '1h'),
    }),
  });
}

function rolloutForm({
  strategy,
  steps,
  bakeMs,
  warmMs,
  capacityPercent,
  drainMs,
  judge,
}: Config['rollouts'][string]): FileForm {
  const usual = [5, 10, 25, 50, 100].map(formatPercentage);
  return keys({
    strategy: said(strategy),
    steps: strategy === 'canary' ? said(steps.map(formatPercentage), usual) : null,
    bake: duration(bakeMs, '2m'),
    warm: duration(warmMs, '1h'),
    capacity: strategy === 'cycle' ? said(formatPercentage(capacityPercent), '75 %') : null,
    drain: duration(drainMs, '30s'),
    judge: keys({
      margin: said(judge.margin, 1.25),
      hold: said(judge.hold, 0.1),
      'roll-back': said(judge.rollBack, 0.01),
    }),
  });
}

function trainForm(train: NonNullable<Config['train']>): FileForm {
  const { departs, windows, timezone, goodWithoutAsking } = train;
  const leaves =
    departs?.kind === 'every' ? `every ${formatDuration(departs.everyMs)}` : departs?.schedule;
  return keys({
    departs: leaves === undefined ? null : said(leaves),
    timezone: said(timezone, 'UTC'),
    windows:
      windows && keys({ open: said(windows.open), timezone: said(windows.timezone, timezone) }),
    next: said(train.next, 'wait'),
    approval: said(train.approval, 'authors'),
    'answer-within': duration(train.answerWithinMs, '45m'),
    'without-answer': said(train.withoutAnswer, 'hold'),
    owners: train.owners === null ? null : said(train.owners),
    'keep-votes': said(train.keepVotes, 'unchanged'),
    'force-by': said(train.forceBy, 1),
    'good-without-asking': keys({
      authors: said(goodWithoutAsking.authors, ['*[bot]*']),
      paths: said(goodWithoutAsking.paths, ['docs/**', '*.md']),
    }),
  });
}

function keys(all: Record<string, FileForm | null>): FileForm {
  return { keys: all };
}

function each<T>(all: Record<string, T>, form: (one: T, name: string) => FileForm): FileForm {
  return keys(
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, form(one, name)])),
  );
}

/** Without a second value there is no default: the file must have said it. */
function said(value: unknown, unlessSaid?: unknown): Written {
  return { value, unlessSaid };
}

function duration(ms: number, unlessSaid: string): Written {
  return said(formatDuration(ms), unlessSaid);
}
