import { artifactFile } from '../build/build-once.ts';
import { deploys, environments, instances } from '../environments/environment-rows.ts';
import { names, type Deploy, type Environment } from '../environments/environment.ts';
import { startInstances, untilHealthy, type Placement } from '../environments/start-instances.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { applyRoute } from './reroute.ts';
import { releases } from './rollback-tables.ts';

export interface Started {
  /** Instances that were started and get no requests yet. */
  ids: string[];
  /** In words: what could not be started; null: all were. */
  trouble: string | null;
}

/**
 * What a release that serves again lacks has been started: services that had ended, and copies that were
 * cycled out or have died. Web instances get no requests before they are healthy, see serveStarted. Repeatable.
 */
export async function startMissing(
  world: World,
  { environment, deploy }: { environment: string; deploy: string },
  fence: Fence,
): Promise<Started> {
  const missing = (await releases.latestAttempts(world.db, deploy)).filter(
    ({ state }) => state !== 'serving',
  );
  const ids = missing.map(({ id }) => id);
  if (missing.length === 0) return { ids, trouble: null };
  const placement = await placementOf(world, { environment, deploy });
  try {
    await releases.revive(world.db, ids);
    for (const attempt of new Set(missing.map((one) => one.attempt)))
      await keepGround(world, { ...placement, attempt }, fence);
    for (const { service, ordinal, attempt } of missing) {
      const one = { services: [service], ordinals: [ordinal], attempt };
      await startInstances(world, placement, fence, one);
    }
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code.endsWith('/fenced')) throw error;
    return { ids, trouble: `not all of the old release could be started again: ${error.what}` };
  }
  return { ids, trouble: null };
}

/** Where an attempt of the release runs is there, unpacked from its artifact. Repeatable. */
export async function keepGround(
  world: World,
  of: { environment: Pick<Environment, 'id'>; deploy: Deploy; attempt: number },
  fence: Fence,
): Promise<void> {
  const { environment, deploy, attempt } = of;
  const workspace = {
    id: names.ground(deploy.id, attempt),
    owner: names.owner(environment.id),
    isolation: names.isolation(environment.id),
    archives: [artifactFile(world.build.directory, deploy.artifactKey)],
  };
  await world.runtime.ensureWorkspace(workspace, fence);
}

/**
 * The started instances serve as soon as they are healthy; which are not is returned in words, null: none. They are
 * kept running, so that they may still come to it. Repeatable.
 */
export async function serveStarted(
  world: World,
  { environment, deploy, ids }: { environment: string; deploy: string; ids: readonly string[] },
  fence: Fence,
): Promise<string | null> {
  if (ids.length === 0) return null;
  const placement = await placementOf(world, { environment, deploy });
  const sick: string[] = [];
  for (const id of ids) {
    const look = { ids: [id], only: [...everyKind], signal: new AbortController().signal };
    const health = await untilHealthy(world, placement, look);
    if (health.healthy) await instances.move(world.db, [id], 'serving');
    else sick.push(`${health.service} does not get healthy: ${health.why}`);
  }
  await applyRoute(world, environment, fence);
  return sick.length === 0 ? null : sick.join('; ');
}

const everyKind = ['http', 'port', 'running'] as const;

async function placementOf(
  world: World,
  { environment: id, deploy: deployId }: { environment: string; deploy: string },
): Promise<Placement & { deploy: Deploy }> {
  const environment = await environments.get(world.db, id);
  const deploy = await deploys.get(world.db, deployId);
  const config = await deploys.config(world.db, deployId);
  if (!environment || !deploy || !config) throw new Error(`Deploy ${deployId} is not there.`);
  return { environment, deploy, config };
}
