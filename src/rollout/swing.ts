import { inTransaction } from '../db/pool.ts';
import { announce } from '../environments/conclude-deploy.ts';
import type { DeployHooks } from '../environments/deploy.ts';
import { deploys, environments, instances } from '../environments/environment-rows.ts';
import { environmentUrl, names, type ServiceInstance } from '../environments/environment.ts';
import { placementOf } from '../environments/prepare-deploy.ts';
import { startInstances, stopInstances, untilHealthy } from '../environments/start-instances.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import { laneStep, refuseEnded, type Lane } from './lane.ts';
import { refuseGoing } from './refuse-going.ts';
import { applyRoute } from './reroute.ts';
import { hiddenInstances, rollouts } from './tables.ts';

/** Null, or why what takes no requests does not run. */
type Trouble = { failed: string; logTail: string; fix: string[] } | null;

/**
 * The new release is proven: its other services start, it gets all requests at once, and the old release is kept warm,
 * or ends where no time is given for that. `whenLive` is told before that. Returns the URL, or why it got nothing.
 */
export async function swing(
  lane: Lane,
  whenLive: DeployHooks['whenLive'],
): Promise<{ url: string } | Exclude<Trouble, null>> {
  const { flow, order } = lane;
  const where = order.environmentName;
  const trouble = await laneStep(lane, `start what takes no requests in ${where}`, () =>
    startOthers(lane),
  );
  if (trouble) return trouble;
  const url = await laneStepOnce(lane, `send all requests of ${where} to the new release`);
  await whenLive(url);
  await flow.step(`put the old release of ${where} aside`, () => putAside(lane));
  return { url };
}

const isWeb = ({ service }: ServiceInstance): boolean => service === 'web';

async function startOthers(lane: Lane): Promise<Trouble> {
  const { world, order, fence, deploy } = lane;
  const services = Object.keys(order.config.services).filter((name) => name !== 'web');
  if (services.length === 0) return null;
  const placement = await placementOf(lane);
  await startInstances(world, placement, fence, { services });
  const signal = new AbortController().signal;
  const health = await untilHealthy(world, placement, {
    only: ['http', 'port', 'running'],
    signal,
  });
  if (health.healthy) return null;
  return {
    failed: `${health.service} did not become healthy: ${health.why}`,
    logTail: await world.runtime.logTail(health.instance, 30),
    fix: ['Mend it and push again.', `signalbox logs ${order.environmentName} --deploy ${deploy}`],
  };
}

/** Refused once the rollout was ended by others, but not by itself having done it before a crash. */
function laneStepOnce(lane: Lane, name: string): Promise<string> {
  return lane.flow.step(name, async () => {
    const rollout = await rollouts.get(lane.world.db, lane.deploy);
    if (rollout?.state !== 'promoted') await refuseEnded(lane);
    return takeAll(lane);
  });
}

async function takeAll(lane: Lane): Promise<string> {
  const { world, order, fence, deploy, stable, settings } = lane;
  await inTransaction(world.db, async (tx) => {
    await refuseOvertaken(tx, fence);
    const all = await instances.of(tx, order.environment);
    const ids = (some: readonly ServiceInstance[]): string[] => some.map(({ id }) => id);
    const old = all.filter((one) => one.deployId !== deploy && isWeb(one));
    const { environment: id, config } = order;
    await refuseGoing({ ...lane, world: { ...world, db: tx } });
    if (!(await environments.serve(tx, id, { deployId: deploy, config })))
      throw new Error(`${order.environmentName} cannot serve.`);
    await deploys.live(tx, deploy, id);
    await instances.move(tx, ids(all.filter(({ deployId }) => deployId === deploy)), 'serving');
    await instances.move(tx, ids(old), settings.warmMs > 0 ? 'warm' : 'draining');
    await hiddenInstances.remove(tx, ids(all));
    if (stable !== null) await deploys.keepWarm(tx, stable, settings.warmMs);
    const decision = 'it has all requests';
    const promoted = { state: 'promoted', from: ['running', 'promoted'] } as const;
    // Somebody may have ended it since we looked; then nothing of this happens.
    if (!(await rollouts.move(tx, deploy, { ...promoted, decision, decidedBy: null })))
      await refuseEnded({ deploy, world: { ...world, db: tx } });
  });
  const environment = await applyRoute(world, order.environment, fence);
  const text = `${order.environmentName}: all requests go to ${order.commit.slice(0, 7)}`;
  await announce(world, order, { kind: 'rollout-promoted', text, data: { rollout: deploy } });
  return environmentUrl(environment?.host ?? '', await world.gateway.entrance());
}

const drainMs = 30_000;

/** Two releases that work on the same queue are one too many; a third one is not worth its memory. */
async function putAside(lane: Lane): Promise<void> {
  const { world, order, fence, deploy, stable, settings } = lane;
  // Somebody who wants the old release back needs what would be stopped here.
  if ((await rollouts.get(world.db, deploy))?.state !== 'promoted') return;
  const old = (await instances.of(world.db, order.environment)).filter(
    (one) => one.deployId !== deploy,
  );
  const kept = settings.warmMs > 0 ? stable : null;
  const ends = old.filter((one) => one.deployId !== kept || !isWeb(one));
  const ids = ends.filter(isWeb).map(({ id }) => id);
  await world.gateway.drain(ids, { limitMs: drainMs });
  await stopInstances(world, ends, fence);
  for (const id of new Set(ends.map(({ deployId }) => deployId))) {
    if (id !== kept) await world.runtime.removeWorkspace(names.workspace(id));
  }
}
