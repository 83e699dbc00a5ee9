import { deploys, environments } from '../environments/environment-rows.ts';
import type { Deploy } from '../environments/environment.ts';
import type { Placement } from '../environments/start-instances.ts';
import type { World } from '../environments/world.ts';

/** Where and with which file a deploy that has begun before runs. Reads only; throws when it is gone. */
export async function knownPlacement(
  { db }: Pick<World, 'db'>,
  { environment: id, deploy: deployId }: { environment: string; deploy: string },
): Promise<Placement & { deploy: Deploy }> {
  const environment = await environments.get(db, id);
  const deploy = await deploys.get(db, deployId);
  const config = await deploys.config(db, deployId);
  if (!environment || !deploy || !config) throw new Error(`Deploy ${deployId} is not there.`);
  return { environment, deploy, config };
}
