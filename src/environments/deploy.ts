import { artifactFile } from '../build/build-once.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import type { Flow } from '../workflow/workflow.ts';
import { announce, endDeploy, switchRoute } from './conclude-deploy.ts';
import type { DeployOrder, DeployOutcome, Obstacle } from './deploy-order.ts';
import { names, type Environment } from './environment.ts';
import { runDeployJob, type JobVerdict } from './run-deploy-job.ts';
import { seedStores } from './seed.ts';
import {
  startInstances,
  stopInstances,
  untilHealthy,
  type HealthKind,
  type Placement,
} from './start-instances.ts';
import { deploys, environments, instances, stores } from './tables.ts';
import { stillWanted, unlessUnwanted } from './still-wanted.ts';
import type { World } from './world.ts';

/**
 * One commit into one environment: stores ready → migrations → start → health → smoke → route switched →
 * old drained and stopped. Until the route is switched the old deploy serves, and it goes on serving
 * whatever fails. One deploy of an environment at a time, in the order they came.
 */
export async function deploy(
  flow: Flow,
  world: World,
  order: DeployOrder,
  whenLive: (url: string) => Promise<void>,
): Promise<DeployOutcome> {
  const lock = { name: names.lock(order.environment), capacity: 1 };
  const fence = await world.locks.take(flow, lock);
  try {
    const begun = await flow.step(`begin the deploy to ${order.environmentName}`, () =>
      begin(world, order, flow.id),
    );
    if ('unwanted' in begun) return { outcome: 'not wanted any more', reason: begun.unwanted };
    const site: Site = { flow, world, order, fence, deploy: begun.deploy };
    const prepared = await prepare(site).catch(refusal);
    if (prepared !== 'ready') return await giveUp(site, prepared);

    const url = await flow.step(`switch the route of ${order.environmentName}`, () =>
      switchRoute(world, order, { deploy: begun.deploy, fence }),
    );
    if (url === null) return await giveUp(site, { unwanted: 'the environment is being destroyed' });
    await whenLive(url);
    await flow.step(`drain and stop what served before in ${order.environmentName}`, () =>
      stopOthers(site),
    );
    return { outcome: 'live', url };
  } finally {
    await flow.step(`let the next deploy of ${order.environmentName} in`, () =>
      world.locks.release(lock.name, flow.id),
    );
  }
}

interface Site {
  flow: Flow;
  world: World;
  order: DeployOrder;
  fence: Fence;
  deploy: string;
}

async function begin(
  world: World,
  order: DeployOrder,
  run: string,
): Promise<{ deploy: string } | { unwanted: string }> {
  const unwanted = await stillWanted(world, order);
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

/** Everything up to healthy, smoke-tested instances that no request has reached yet. */
async function prepare(site: Site): Promise<'ready' | Obstacle> {
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

async function unpack({ world, order, fence, deploy }: Site): Promise<void> {
  await world.runtime.ensureWorkspace(
    {
      id: names.workspace(deploy),
      owner: names.owner(order.environment),
      isolation: names.isolation(order.environment),
      archives: [artifactFile(world.build.directory, order.artifact)],
    },
    fence,
  );
}

async function placementOf({
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

async function healthOf(site: Site, only: HealthKind[]): Promise<'ready' | Obstacle> {
  const { world, order } = site;
  const placement = await placementOf(site);
  const health = await unlessUnwanted(world, order, (signal) =>
    untilHealthy(world, placement, { only, signal }),
  );
  if ('unwanted' in health) return health;
  if (health.healthy) return 'ready';
  return {
    failed: `${health.service} did not become healthy: ${health.why}`,
    logTail: await world.runtime.logTail(health.instance, tailLines),
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

function jobFailed(
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

function refusal(error: unknown): Obstacle {
  if (!(error instanceof SignalboxError)) throw error;
  return {
    failed: [error.what, error.why].filter(Boolean).join(' '),
    logTail: '',
    fix: [...error.fix],
  };
}

/** What was started for this deploy is gone; what served before goes on serving. */
async function giveUp(site: Site, obstacle: Obstacle): Promise<DeployOutcome> {
  const { flow, world, order } = site;
  const ended = await flow.step(`stop what was started in ${order.environmentName}`, async () => {
    const mine = (await instances.of(world.db, order.environment)).filter(
      ({ deployId }) => deployId === site.deploy,
    );
    await stopInstances(world, mine, site.fence);
    await world.runtime.removeWorkspace(names.workspace(site.deploy));
    return endDeploy(world, order, { deploy: site.deploy, obstacle });
  });
  return ended;
}

async function stopOthers({ world, order, fence, deploy }: Site): Promise<void> {
  const all = await instances.of(world.db, order.environment);
  const old = all.filter(({ deployId }) => deployId !== deploy);
  await instances.move(
    world.db,
    old.map(({ id }) => id),
    'draining',
  );
  await world.gateway.drain(
    old.map(({ id }) => id),
    { limitMs: drainMs },
  );
  await stopInstances(world, old, fence);
  for (const id of new Set(old.map(({ deployId }) => deployId))) {
    await world.runtime.removeWorkspace(names.workspace(id));
  }
}

/** Open requests and WebSockets of the old deploy may go on for so long. */
const drainMs = 30_000;
