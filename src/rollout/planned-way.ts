import type { Queryable } from '../db/pool.ts';
import { deploys, environments } from '../environments/environment-rows.ts';
import { instanceCount } from '../environments/start-instances.ts';
import type { PlannedWay } from './planned-steps.ts';
import type { Rollout } from './rollout.ts';

/** The instances of web are as the files of both releases have them, and 0 where nobody asks for them. Reads only. */
export async function plannedWay<Asked extends Way>(
  db: Queryable,
  rollout: Asked,
): Promise<Asked & PlannedWay> {
  const { id, stableDeploy, environmentId, strategy, state } = rollout;
  const isAsked = strategy === 'cycle' && (state === 'running' || state === 'rolling-back');
  const environment = isAsked ? await environments.get(db, environmentId) : null;
  const count = async (deploy: string | null): Promise<number> => {
    const config = environment && deploy ? await deploys.config(db, deploy) : null;
    return environment && config ? instanceCount({ environment, config }, 'web') : 0;
  };
  return { ...rollout, old: await count(stableDeploy), fresh: await count(id) };
}

type Way = Pick<
  Rollout,
  'id' | 'environmentId' | 'strategy' | 'settings' | 'state' | 'stableDeploy'
>;
