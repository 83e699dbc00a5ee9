import { isDeepStrictEqual } from 'node:util';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { routeFor } from './conclude-deploy.ts';
import { condemn, condemned, startDestroying } from './destroy.ts';
import { names, type Environment, type ServiceInstance } from './environment.ts';
import { keepGround } from './keep-ground.ts';
import { wishes } from './push-tables.ts';
import { startInstances } from './start-instances.ts';
import { deploys, environments, instances } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import { workflows, type World } from './world.ts';

/** Everything the comparison needs, read at once: many environments must not mean many questions. */
interface Scene {
  environments: Environment[];
  instances: Map<string, ServiceInstance[]>;
  /** Environments in good hands: somebody holds or waits for their lock, or a push for them is under way. */
  busy: Set<string>;
  /** Workloads that run. */
  running: Set<string>;
  workspaces: Set<string>;
  /** From before all else was looked at: what was claimed since then may change, and refuses us. */
  fence(environmentId: string): Fence;
}

/** Environments are what their rows say: served ones run and have their route, condemned ones go. Repeatable. */
export async function mendEnvironments(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const { id } of await condemned(world)) {
    if (await mendDestroying(world, id)) mended.push(`went on destroying environment ${id}`);
  }
  const scene = await look(world);
  for (const environment of scene.environments) {
    // One that cannot be mended, such as one whose artifact is lost, must not keep the others from it.
    const what = await mendOne(world, environment, scene).catch(
      (error: unknown) =>
        `could not be mended: ${error instanceof Error ? error.message : String(error)}`,
    );
    if (what) mended.push(`${environment.app}/${environment.name}: ${what}`);
  }
  mended.push(...(await mendRoutes(world, scene)));
  return mended;
}

async function look(world: World): Promise<Scene> {
  const epochs = await upkeep.lockEpochs(world.db);
  const byName = new Map(epochs.map(({ name, epoch }) => [name, epoch]));
  // In this order: what becomes busy after it was seen at rest is left alone by the checks in the steps.
  const holdings = await world.runtime.holdings();
  const living = await environments.living(world.db);
  const all = await instances.living(world.db);
  const waiting = await world.locks.queue();
  const pushed = await wishes.open(world.db);
  const locked = new Set(waiting.map(({ name }) => name));
  const pushing = new Set(pushed.map(({ app, branch }) => `${app} ${branch}`));
  const busy = living.filter(
    ({ id, appId, branch }) => locked.has(names.lock(id)) || pushing.has(`${appId} ${branch}`),
  );
  return {
    environments: living.filter(({ state }) => state !== 'destroying'),
    instances: Map.groupBy(all, ({ environmentId }) => environmentId),
    busy: new Set(busy.map(({ id }) => id)),
    fence: (id) => ({ scope: names.lock(id), epoch: byName.get(names.lock(id)) ?? 0 }),
    running: new Set(holdings.filter(({ running }) => running).map(({ id }) => id)),
    workspaces: new Set(holdings.filter(({ kind }) => kind === 'workspace').map(({ id }) => id)),
  };
}

async function mendDestroying(world: World, id: string): Promise<boolean> {
  const state = await world.engine.state(`destroy-${id}`);
  if (state === 'running') return false;
  if (state === 'absent') await startDestroying(world, id);
  else {
    // Its run has broken; a new one may find the obstacle gone. One a minute.
    const minute = Math.floor(world.clock.now().getTime() / 60_000);
    await world.engine.start(workflows.destroy, {
      id: `destroy-${id}-${minute}`,
      input: { environment: id },
    });
  }
  return true;
}

async function mendOne(
  world: World,
  environment: Environment,
  scene: Scene,
): Promise<string | null> {
  const { id, state, deployId } = environment;
  if (scene.busy.has(id)) return null;
  if (state === 'queued') {
    await condemn(world, environment, 'nobody waits for it any more');
    return 'nobody waited for it';
  }
  if (state === 'creating') {
    const reason = 'its first deploy was given up';
    await environments.move(world.db, id, { state: 'failed', from: ['creating'], reason });
    return 'was half made';
  }
  if (state !== 'live' || deployId === null) return null;
  const mine = (scene.instances.get(id) ?? []).filter((one) => one.deployId === deployId);
  const hasFiles = scene.workspaces.has(names.workspace(deployId));
  if (hasFiles && mine.every((one) => scene.running.has(one.id))) return null;
  const fence = scene.fence(id);
  return mendLive(world, environment, { deployId, mine, hasFiles, fence });
}

/** After a reboot, or when somebody killed a launcher or deleted files: what served is there again. */
async function mendLive(
  world: World,
  environment: Environment,
  {
    deployId,
    mine,
    hasFiles,
    fence,
  }: { deployId: string; mine: readonly ServiceInstance[]; hasFiles: boolean; fence: Fence },
): Promise<string | null> {
  const states = await Promise.all(mine.map(({ id }) => world.runtime.instance(id)));
  const allRun = states.every((instance) => instance && instance.state !== 'stopped');
  if (allRun && hasFiles) return null;
  const deploy = await deploys.get(world.db, deployId);
  const config = await deploys.config(world.db, deployId);
  if (!deploy || !config) return null;
  const attempts = new Set([1, ...mine.map(({ attempt }) => attempt)]);
  for (const attempt of attempts) await keepGround(world, { environment, deploy, attempt }, fence);
  if (allRun) return 'unpacked its files again';
  // No new epoch is needed: nobody held the lock, and starting is idempotent.
  for (const { service, ordinal, attempt } of mine) {
    const only = { services: [service], ordinals: [ordinal], attempt };
    await startInstances(world, { environment, deploy, config }, fence, only);
  }
  const ids = mine.map(({ id }) => id);
  await instances.move(world.db, ids, 'serving');
  return 'started again what had died';
}

/** The gateway routes to what serves; routes of what is destroyed for certain are taken away. */
async function mendRoutes(world: World, scene: Scene): Promise<string[]> {
  const mended: string[] = [];
  const routes = await world.gateway.routes();
  const byHost = new Map(routes.filter(({ path }) => path === '/').map((one) => [one.host, one]));
  for (const environment of scene.environments) {
    const { id, app, name, host, state, deployId } = environment;
    if (state !== 'live' || !deployId || scene.busy.has(id)) continue;
    const all = await freshInstances(world, scene, environment);
    const wanted = routeFor(environment, { deploy: deployId, instances: all });
    if (isDeepStrictEqual(byHost.get(host), wanted)) continue;
    const isSet = await world.gateway.apply([{ set: wanted }], scene.fence(id)).then(
      () => true,
      // A deploy has begun since we looked, and has set it.
      (error: unknown) => {
        if (error instanceof SignalboxError && error.code === 'gateway/fenced') return false;
        throw error;
      },
    );
    if (isSet) mended.push(`${app}/${name}: set its route`);
  }
  const known = await environments.known(
    world.db,
    routes.map(({ environment }) => environment),
  );
  const destroyed = new Set(known.filter(({ state }) => state === 'destroyed').map(({ id }) => id));
  // Read again: a node's next branch may have taken the host over since.
  const left = destroyed.size === 0 ? [] : await world.gateway.routes();
  for (const { host, path, environment } of left) {
    if (!destroyed.has(environment)) continue;
    await world.gateway.apply([{ remove: { host, path } }]);
    mended.push(`took away the route ${host} of a destroyed environment`);
  }
  return mended;
}

/** As they were seen, unless something of them was just started again and may have another port. */
async function freshInstances(
  world: World,
  scene: Scene,
  { id }: Environment,
): Promise<ServiceInstance[]> {
  const seen = scene.instances.get(id) ?? [];
  return seen.every((one) => scene.running.has(one.id)) ? seen : instances.of(world.db, id);
}
