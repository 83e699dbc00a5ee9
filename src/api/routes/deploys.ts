import { findDeploy, listDeploys } from '../../environments/deploy-history.ts';
import type { Deploy } from '../../environments/environment.ts';
import { findEnvironment } from '../../environments/find-environment.ts';
import { pushOfDeploy } from '../../environments/ask-for-deploy.ts';
import { followDeployLines, unknownDeploy } from '../../environments/follow-environment.ts';
import type { Output } from '../contract/all.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listDeploys' | 'getDeploy' | 'followDeploy';

const usualLimit = 30;
const mostLimit = 1000;

export function deployHandlers(world: ApiWorld): Pick<Handlers, Names> {
  return {
    async listDeploys({ environment: address, limit = usualLimit }) {
      const environment = await findEnvironment(world.db, address);
      const found = await listDeploys(world.db, environment.id, Math.min(limit, mostLimit));
      return { deploys: found.map(shown) };
    },

    async getDeploy({ deploy: id }) {
      const deploy = await findDeploy(world.db, id);
      if (!deploy) throw unknownDeploy(id);
      return shown(deploy);
    },

    async followDeploy({ deploy: id }, { after, signal }) {
      const known = (await findDeploy(world.db, id)) ?? (await pushOfDeploy(world, id));
      if (known === null) throw unknownDeploy(id);
      return followDeployLines(world, id, { after, signal });
    },
  };
}

function shown(deploy: Deploy): Output<'getDeploy'> {
  const { id, environmentId, number, pushId, artifactKey, commit } = deploy;
  const { state, reason, logTail, startedAt, endedAt } = deploy;
  return {
    id,
    environment: environmentId,
    number,
    push: pushId,
    build: artifactKey,
    commit,
    state,
    reason,
    logTail,
    startedAt,
    endedAt,
  };
}
