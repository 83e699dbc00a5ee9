import { inTransaction } from '../db/pool.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import type { Flow } from '../workflow/workflow.ts';
import { endDeploy, switchRoute } from './conclude-deploy.ts';
import type { DeployOrder, DeployOutcome, Obstacle, WhyNot } from './deploy-order.ts';
import { names } from './environment.ts';
import { begin, prepareGround, refusal, startAll, type Site } from './prepare-deploy.ts';
import { seizures } from './seizure-tables.ts';
import { stopInstances } from './start-instances.ts';
import { instances } from './tables.ts';
import type { World } from './world.ts';

/** What whoever asks for a deploy adds to it. */
export interface DeployHooks {
  /** Called as soon as it serves, before the old one has ended. */
  whenLive(url: string): Promise<void>;
  /** Looked at once the deploy's turn has come. */
  whyNot?: WhyNot | undefined;
  /** Has to let it in before anything of it is prepared or migrated. Repeatable. */
  admit?: ((site: Site) => Promise<'ready' | Obstacle>) | undefined;
  /** Has to find it ready once its instances are, before any request reaches them. Repeatable. */
  inspect?: ((site: Site) => Promise<'ready' | Obstacle>) | undefined;
}

/**
 * One commit into one environment: stores ready → migrations → start → health → smoke → route switched →
 * old drained and stopped. Until the route is switched the old deploy serves, and it goes on serving
 * whatever fails. One deploy of an environment at a time, in the order they came.
 */
export async function deploy(
  flow: Flow,
  world: World,
  order: DeployOrder,
  hooks: DeployHooks,
): Promise<DeployOutcome> {
  const lock = { name: names.lock(order.environment), capacity: 1 };
  const fence = await world.locks.take(flow, lock);
  try {
    const begun = await flow.step(`begin the deploy to ${order.environmentName}`, () =>
      begin(world, order, { run: flow.id, whyNot: hooks.whyNot }),
    );
    if ('unwanted' in begun) return { outcome: 'not wanted any more', reason: begun.unwanted };
    const site: Site = { flow, world, order, fence, deploy: begun.deploy };
    return await bringUp(site, hooks).catch((error: unknown) => endedElsewhere(site, error));
  } finally {
    await flow.step(`let the next deploy of ${order.environmentName} in`, () =>
      world.locks.release(lock.name, flow.id),
    );
  }
}

async function bringUp(site: Site, hooks: DeployHooks): Promise<DeployOutcome> {
  const { flow, order } = site;
  const prepared = await prepare(site, hooks).catch(refusal);
  if (prepared !== 'ready') return giveUp(site, prepared);

  const url = await flow.step(`switch the route of ${order.environmentName}`, () => swing(site));
  if (url === null) return giveUp(site, { unwanted: 'the environment is being destroyed' });
  await hooks.whenLive(url);
  await flow.step(`drain and stop what served before in ${order.environmentName}`, () =>
    stopOthers(site),
  );
  return { outcome: 'live', url };
}

async function prepare(site: Site, { admit, inspect }: DeployHooks): Promise<'ready' | Obstacle> {
  const admitted = (await admit?.(site)) ?? 'ready';
  if (admitted !== 'ready') return admitted;
  const ground = await prepareGround(site);
  if (ground !== 'ready') return ground;
  const started = await startAll(site);
  return started === 'ready' && inspect ? inspect(site) : started;
}

/** A run that another controller goes on with has a newer epoch than the rollback, and no fence keeps it out. */
async function swing({ world, order, fence, deploy }: Site): Promise<string | null> {
  const lane = names.lock(order.environment);
  if (await seizures.of(world.db, lane)) throw new Error(`A rollback has taken over ${lane}.`);
  return switchRoute(world, order, { deploy, fence });
}

/** A rollback took the environment away, which shows in all kinds of refusals; what else goes wrong is no ending. */
async function endedElsewhere(site: Site, error: unknown): Promise<DeployOutcome> {
  const { flow, world, order, deploy: id } = site;
  const ended = await flow.step(`see who has taken ${order.environmentName} over`, async () => {
    const seized = await seizures.of(world.db, names.lock(order.environment));
    if (!seized) return null;
    const { by, reason } = seized;
    const unwanted = `${order.environmentName} was rolled back meanwhile by ${by}: ${reason}`;
    await removeUnused(site);
    return endDeploy(world, order, { deploy: id, obstacle: { unwanted } });
  });
  if (ended === null) throw error;
  return ended;
}

/** Whoever tidies up after the rollback finds what was started by its instances; where there are none, nobody does. */
async function removeUnused({ world, order, deploy: id }: Site): Promise<void> {
  const all = await instances.of(world.db, order.environment);
  if (all.some(({ deployId }) => deployId === id)) return;
  await world.runtime.removeWorkspace(names.workspace(id));
}

/** What was started for this deploy is gone; what served before goes on serving. */
export async function giveUp(site: Site, obstacle: Obstacle): Promise<DeployOutcome> {
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
  const old = await inTransaction(world.db, async (tx) => {
    // A controller that was stopped right here wakes when newer deploys serve: they are not old.
    await refuseOvertaken(tx, fence);
    const all = await instances.of(tx, order.environment);
    const others = all.filter(({ deployId }) => deployId !== deploy);
    const ids = others.map(({ id }) => id);
    await instances.move(tx, ids, 'draining');
    return others;
  });
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
