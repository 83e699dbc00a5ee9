import type { Queryable } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Fence } from '../kernel/fence.ts';
import type { Flow } from '../workflow/workflow.ts';
import { names, type Environment } from './environment.ts';
import { nodes } from './node-tables.ts';
import { stopInstances } from './start-instances.ts';
import { environments, instances, stores } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import { workflows, type World } from './world.ts';

/**
 * Decides that an environment goes, for good, and starts its going. Whatever is being deployed to it stops
 * by itself at its next step. Repeatable: the first decision counts. Resolves before it is gone.
 */
export async function condemn(world: World, environment: Environment, why: string): Promise<void> {
  await decideEnd(world.db, environment, why);
  await startDestroying(world, environment.id);
}

/** The decision alone, for a transaction: call startDestroying after it, or the reconciler does. Repeatable. */
export async function decideEnd(
  db: Queryable,
  environment: Environment,
  why: string,
): Promise<void> {
  const { id, app, name } = environment;
  if (!(await environments.condemn(db, id, why))) return;
  const text = `${app}/${name} goes: ${why}`;
  await publish(db, { kind: 'environment-condemned', app, environment: id, text });
}

/** Repeatable; also how a lost start is mended. */
export async function startDestroying(world: World, id: string): Promise<void> {
  await world.engine.start(workflows.destroy, { id: `destroy-${id}`, input: { environment: id } });
}

/** Takes an environment down: route, processes, databases, files. Nothing of it is left when it resolves. */
export async function destroyEnvironment(
  flow: Flow,
  world: World,
  input: { environment: string },
): Promise<void> {
  const id = input.environment;
  const lock = { name: names.lock(id), capacity: 1, priority: 1 };
  const fence = await world.locks.take(flow, lock);
  try {
    await flow.step('take its route away', () => removeRoute(world, id, fence));
    await flow.step('stop its processes', () => stopEverything(world, id, fence));
    await flow.step('drop its databases', () => dropDatabases(world, id));
    await flow.step('remove its files', () => removeFiles(world, id));
    await flow.step('say that it is gone', () => sayGone(world, id));
  } finally {
    await flow.step('release it', () => world.locks.release(lock.name, flow.id));
  }
}

async function removeRoute(world: World, id: string, fence: Fence): Promise<void> {
  const environment = await environments.get(world.db, id);
  if (!environment) return;
  const mine = (await world.gateway.routes()).filter((route) => route.environment === id);
  if (mine.length === 0) return;
  await world.gateway.apply(
    mine.map(({ host, path }) => ({ remove: { host, path } })),
    fence,
  );
}

async function stopEverything(world: World, id: string, fence: Fence): Promise<void> {
  await stopInstances(world, await instances.of(world.db, id), fence);
  const owner = names.owner(id);
  for (const holding of await world.runtime.holdings()) {
    if (holding.owner !== owner) continue;
    if (holding.kind === 'service') await world.runtime.stopInstance(holding.id, fence);
    if (holding.kind === 'job') await world.runtime.stopJob(holding.id);
  }
}

async function dropDatabases(world: World, id: string): Promise<void> {
  const environment = await environments.get(world.db, id);
  if (!environment) return;
  const known = (await stores.of(world.db, id)).filter(({ sharedWith }) => sharedWith === null);
  // A database made just before a crash may have no row yet; its name says whose it is.
  const prefix = names.database(id, '');
  const made = (await world.stores.databases()).filter(({ name }) => name.startsWith(prefix));
  const all = new Set([...known.map(({ database }) => database), ...made.map(({ name }) => name)]);
  for (const name of all) await world.stores.drop({ app: environment.app, name });
}

async function removeFiles(world: World, id: string): Promise<void> {
  const owner = names.owner(id);
  for (const holding of await world.runtime.holdings()) {
    if (holding.owner !== owner) continue;
    if (holding.kind === 'workspace') await world.runtime.removeWorkspace(holding.id);
    else await world.runtime.forget(holding.id);
  }
}

async function sayGone(world: World, id: string): Promise<void> {
  const environment = await environments.get(world.db, id);
  if (!environment || environment.state === 'destroyed') return;
  await environments.destroyed(world.db, id);
  // Before that, nobody else can have the host.
  await nodes.leave(world.db, { ...environment, at: world.clock.now() });
  await upkeep.endDeploysOf(world.db, id);
  const { app, name, destroyReason } = environment;
  const text = `${app}/${name} is gone: ${destroyReason ?? 'destroyed'}`;
  await publish(world.db, { kind: 'environment-destroyed', app, environment: id, text });
}

/** Environments whose end was decided; their workflows may have to be started again. */
export function condemned(world: World): Promise<{ id: string }[]> {
  return upkeep.condemned(world.db);
}
