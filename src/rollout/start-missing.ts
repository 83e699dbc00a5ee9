import { instances } from '../environments/environment-rows.ts';
import { keepGround } from '../environments/keep-ground.ts';
import { startInstances, untilHealthy } from '../environments/start-instances.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { knownPlacement } from './known-placement.ts';
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
  const placement = await knownPlacement(world, { environment, deploy });
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
  const placement = await knownPlacement(world, { environment, deploy });
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
