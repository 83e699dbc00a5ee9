import { inTransaction } from '../db/pool.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import { names, type ServiceInstance } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import { releases } from './rollback-tables.ts';
import { rollouts } from './tables.ts';
import { knownFence, stopUnlessFenced } from './without-lock.ts';

/**
 * Old releases whose time of being kept warm is over run no more when it resolves; from then on a rollback starts them
 * again from their artifact. Takes no lock: one that serves again meanwhile is left alone. Repeatable. Returns what it
 * did, in words.
 */
export async function retireWarm(world: World): Promise<string[]> {
  const retired: string[] = [];
  for (const { id, environmentId } of await releases.cooling(world.db, world.clock.now())) {
    const fence = await knownFence(world, environmentId);
    const cold = await takeOut(world, { deploy: id, environmentId, fence });
    if (cold.length === 0) continue;
    await stopUnlessFenced(world, cold, fence);
    await world.runtime.removeWorkspace(names.workspace(id));
    retired.push(`stopped deploy ${id}, which was kept warm long enough`);
  }
  return retired;
}

/** In rows first: a rollback that comes now finds that it does not run, and one that came before is left alone. */
async function takeOut(
  world: World,
  of: { deploy: string; environmentId: string; fence: Fence },
): Promise<ServiceInstance[]> {
  return inTransaction(world.db, async (tx) => {
    // Nobody is given a higher epoch before this ends, so nobody rolls back to it either.
    await refuseOvertaken(tx, of.fence);
    const environment = await environments.get(tx, of.environmentId);
    const open = await rollouts.current(tx, of.environmentId);
    if (environment?.deployId === of.deploy || open?.stableDeploy === of.deploy) return [];
    const all = await instances.of(tx, of.environmentId);
    const warm = all.filter(({ deployId, state }) => deployId === of.deploy && state === 'warm');
    await instances.move(
      tx,
      warm.map(({ id }) => id),
      'stopped',
    );
    await releases.cooled(tx, of.deploy);
    return warm;
  }).catch((error: unknown) => {
    world.log(`deploy ${of.deploy} stays warm for now: ${String(error)}`);
    return [];
  });
}
