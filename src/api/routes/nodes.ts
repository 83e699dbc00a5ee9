import { buildBranch } from '../../environments/build-branch.ts';
import { listNodes } from '../../environments/list-nodes.ts';
import { findApp } from '../../git/app.ts';
import type { Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

export function nodeHandlers(world: ApiWorld): Pick<Handlers, 'listNodes' | 'buildBranch'> {
  return {
    async listNodes({ app }) {
      return { nodes: await listNodes(world, await findApp(world.db, app)) };
    },

    async buildBranch({ app: name, branch }, { actor }) {
      const app = await findApp(world.db, name);
      return buildBranch(world, { app, branch, by: actor.name });
    },
  };
}
