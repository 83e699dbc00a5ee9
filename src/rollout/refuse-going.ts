import { environments } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { endedRefusal, type Lane } from './lane.ts';

/** Whether nothing can serve there any more. Reads only. */
export async function isGoing({ db }: Pick<World, 'db'>, environmentId: string): Promise<boolean> {
  const state = (await environments.get(db, environmentId))?.state ?? 'destroyed';
  return state === 'destroying' || state === 'destroyed';
}

/** Throws `rollout/ended` when the environment is being destroyed: that waits for the lane. Reads only. */
export async function refuseGoing({ world, order, deploy }: Lane): Promise<void> {
  if (await isGoing(world, order.environment)) throw endedRefusal(deploy, goingWords);
}

export const goingWords = 'the environment is being destroyed';
