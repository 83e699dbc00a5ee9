import { inTransaction, type Queryable } from '../db/pool.ts';
import { routeFor } from '../environments/conclude-deploy.ts';
import type { Environment, ServiceInstance, Share } from '../environments/environment.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import { refuseEnded, type Lane } from './lane.ts';
import { hiddenInstances } from './tables.ts';

/** What changes for the requests of an environment, at once. */
export interface Reroute {
  /** Absent: as they are. */
  shares?: readonly Share[] | null;
  /** Who becomes hidden is written down with `why`, and whose it is; who becomes anything else is hidden no more. */
  states?: readonly Move[];
}

export type Move =
  | { ids: readonly string[]; state: 'hidden'; why: string }
  | { ids: readonly string[]; state: Exclude<ServiceInstance['state'], 'hidden'> };

/**
 * Rows first, then the gateway, so that whoever comes after a crash sees what was meant and can apply it.
 * Refused when the rollout has ended or somebody else has the lane. Repeatable.
 */
export async function reroute(lane: Lane, change: Reroute): Promise<void> {
  const { world, order, fence } = lane;
  await inTransaction(world.db, async (tx) => {
    await refuseOvertaken(tx, fence);
    await refuseEnded({ deploy: lane.deploy, world: { ...world, db: tx } });
    for (const move of change.states ?? []) await moved(tx, lane, move);
    if (change.shares !== undefined) await environments.share(tx, order.environment, change.shares);
  });
  await applyRoute(world, order.environment, fence);
}

async function moved(tx: Queryable, lane: Lane, move: Move): Promise<void> {
  await instances.move(tx, move.ids, move.state);
  if (move.state !== 'hidden') return void (await hiddenInstances.remove(tx, move.ids));
  const { order, deploy: owner, fence } = lane;
  const environmentId = order.environment;
  for (const instanceId of move.ids) {
    const { why } = move;
    await hiddenInstances.put(tx, { instanceId, environmentId, owner, epoch: fence.epoch, why });
  }
}

/** The gateway does what the rows say. Repeatable. */
export async function applyRoute(
  world: World,
  environmentId: string,
  fence: Fence,
): Promise<Environment | null> {
  const environment = await environments.get(world.db, environmentId);
  if (!environment?.deployId) return null;
  const all = await instances.of(world.db, environmentId);
  const route = routeFor(environment, { deploy: environment.deployId, instances: all });
  await world.gateway.apply([{ set: route }], fence);
  return environment;
}
