import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import type { Flow } from '../workflow/workflow.ts';
import { announce } from './conclude-deploy.ts';
import type { DeployOrder, Obstacle, WhyNot } from './deploy-order.ts';
import { names, type Environment } from './environment.ts';
import { keepGround } from './keep-ground.ts';
import { runDeployJob, type JobVerdict } from './run-deploy-job.ts';
import { withoutSecrets } from './secret.ts';
import { seedStores } from './seed.ts';
import {
  startInstances,
  untilHealthy,
  type HealthKind,
  type Placement,
} from './start-instances.ts';
import { deploys, environments, instances, stores } from './tables.ts';
import { stillWanted, unlessUnwanted } from './still-wanted.ts';
import { secretsOf } from './variables.ts';
import type { World } from './world.ts';

/** One deploy under way: what every step of it needs. */
export interface Site {
  flow: Flow;
  world: World;
  order: DeployOrder;
  fence: Fence;
  deploy: string;
}

/** Its row is there, or the reason why nobody wants it any more. Repeatable. */
export async function begin(
  world: World,
  order: DeployOrder,
  { run, whyNot }: { run: string; whyNot?: WhyNot | undefined },
): Promise<{ deploy: string } | { unwanted: string }> {
  const unwanted = (await stillWanted(world, order)) ?? (await whyNot?.()) ?? null;
  if (unwanted) return { unwanted };
  const id = names.deploy({ run, environmentId: order.environment });
  await deploys.begin(world.db, {
    id,
    environmentId: order.environment,
    pushId: order.push,
    artifactKey: order.artifact,
    commit: order.commit,
    config: order.config,
  });
  const text = `Deploying to ${order.environmentName}`;
  await announce(world, order, { kind: 'deploy-begun', text });
  return { deploy: id };
}

/** Files unpacked, stores there and migrated: instances may start. Each step is repeatable. */
export async function prepareGround(site: Site): Promise<'ready' | Obstacle> {
  const { flow, world, order, fence } = site;
  const where = order.environmentName;
  await flow.step(`unpack the artifact for ${where} and make its stores ready`, async () => {
    await Promise.all([unpack(site), seed(site)]);
  });
  for (const [name, store] of Object.entries(order.config.stores)) {
    if (store.kind !== 'postgres' || store.migrate === null || sharesStores(order)) continue;
    const { migrate, migrateTimeoutMs, ledger } = store;
    const migrated = await flow.step(`run the migrations of ${name} in ${where}`, async () => {
      const job = { name: `migrate-${name}`, run: migrate, timeoutMs: migrateTimeoutMs };
      return runDeployJob(world, await placementOf(site), { job, fence, url: null });
    });
    if (migrated !== 'passed') return jobFailed('The migrations', migrated, order);
    await flow.step(`note the migrations of ${name} in ${where}`, () =>
      noteMigrations(site, { name, ledger }),
    );
  }
  return 'ready';
}

/** Everything up to healthy, smoke-tested instances that no request has reached yet. */
export async function startAll(site: Site): Promise<'ready' | Obstacle> {
  const { flow, world, order, fence } = site;
  if (order.services === 'none') return 'ready';
  const where = order.environmentName;
  await flow.step(`start the new instances in ${where}`, async () => {
    await startInstances(world, await placementOf(site), fence);
    const text = `Starting ${Object.keys(order.config.services).join(', ')}`;
    await announce(world, order, { kind: 'instances-started', text });
  });
  const health = await flow.step(`wait until ${where} is healthy`, () =>
    healthOf(site, ['http', 'port']),
  );
  if (health !== 'ready') return health;
  const smoked = await smoke(site);
  if (smoked !== 'ready') return smoked;
  // What only has to keep running has had time to fail by now.
  return flow.step(`see that the rest of ${where} runs`, () => healthOf(site, ['running']));
}

async function seed(site: Site): Promise<void> {
  const { world, order, fence } = site;
  // Stores know no fences, and a reset that comes late would throw newer data away.
  await refuseOvertaken(world.db, fence);
  const { environment } = await placementOf(site);
  const before = environment.deployId && (await deploys.get(world.db, environment.deployId));
  await seedStores(world, { ...order, before: before ? before.commit : null });
}

function sharesStores({ environmentName, config }: DeployOrder): boolean {
  return environmentName.startsWith('preview/') && config.environments.preview.data === 'shared';
}

export async function unpack({ world, order, fence, deploy }: Site): Promise<void> {
  const environment = { id: order.environment };
  const unpacked = { id: deploy, artifactKey: order.artifact };
  await keepGround(world, { environment, deploy: unpacked, attempt: 1 }, fence);
}

export async function placementOf({
  world,
  order,
  deploy,
}: Site): Promise<Placement & { environment: Environment }> {
  const environment = await environments.get(world.db, order.environment);
  if (!environment) throw new Error(`No environment ${order.environment}.`);
  return { environment, deploy: { id: deploy, commit: order.commit }, config: order.config };
}

async function noteMigrations(
  { world, order }: Site,
  { name, ledger }: { name: string; ledger: string },
): Promise<void> {
  const store = (await stores.of(world.db, order.environment)).find((row) => row.name === name);
  if (!store) return;
  const now = await world.stores.migrations({ app: order.app, name: store.database }, ledger);
  await stores.migrated(world.db, order.environment, name, now);
  const added = now.length - store.migrations.length;
  const text =
    added > 0
      ? `Migrations of ${name}: ${added} new, head ${now.at(-1)}`
      : `Migrations of ${name}: nothing new`;
  await announce(world, order, { kind: 'store-migrated', text });
}

export async function healthOf(site: Site, only: HealthKind[]): Promise<'ready' | Obstacle> {
  const { world, order } = site;
  const placement = await placementOf(site);
  const health = await unlessUnwanted(world, order, (signal) =>
    untilHealthy(world, placement, { only, signal }),
  );
  if ('unwanted' in health) return health;
  if (health.healthy) return 'ready';
  const tail = await world.runtime.logTail(health.instance, tailLines);
  return {
    failed: `${health.service} did not become healthy: ${health.why}`,
    // What a step returns is kept in the database.
    logTail: withoutSecrets(tail, await secretsOf(world, placement.environment)),
    fix: [
      /listens on PORT/.test(health.why)
        ? 'Have it listen on 127.0.0.1 and the port in the variable PORT, or give it more time: services.web.start.'
        : 'Mend it and push again.',
      `signalbox logs ${order.environmentName.replace('preview/', '')}`,
    ],
  };
}

const tailLines = 30;

/** Each service with a smoke test answers for one hidden instance of its own. */
async function smoke(site: Site): Promise<'ready' | Obstacle> {
  const { flow, world, order, fence } = site;
  for (const [service, { smoke: run, startMs }] of Object.entries(order.config.services)) {
    if (run === null) continue;
    const verdict = await flow.step(
      `smoke-test ${service} in ${order.environmentName}`,
      async () => {
        const rows = await instances.of(world.db, order.environment);
        const hidden = rows.find((row) => row.deployId === site.deploy && row.service === service);
        const job = { name: `smoke-${service}`, run, timeoutMs: Math.max(startMs, 60_000) };
        const url = hidden?.port ? `http://${hidden.host}:${hidden.port}` : null;
        return runDeployJob(world, await placementOf(site), { job, fence, url });
      },
    );
    if (verdict !== 'passed') return jobFailed(`The smoke test of ${service}`, verdict, order);
  }
  return 'ready';
}

export function jobFailed(
  what: string,
  { why, logTail }: Exclude<JobVerdict, 'passed'>,
  { environmentName }: DeployOrder,
): Obstacle {
  const name = environmentName.replace('preview/', '');
  return {
    failed: `${what} failed: ${why}`,
    logTail,
    fix: ['Mend it and push again.', `Look inside: signalbox console ${name}`],
  };
}

export function refusal(error: unknown): Obstacle {
  if (!(error instanceof SignalboxError)) throw error;
  return {
    failed: [error.what, error.why].filter(Boolean).join(' '),
    logTail: '',
    fix: [...error.fix],
  };
}
