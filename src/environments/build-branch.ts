import { inTransaction } from '../db/pool.ts';
import type { App } from '../git/app.ts';
import { readConfig } from '../git/push.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { askForDeploy } from './ask-for-deploy.ts';
import { mainHasNone, makeByHand, thereAlready, unknownBranch } from './create-by-hand.ts';
import { environmentName, environmentUrl } from './environment.ts';
import { nodes } from './node-tables.ts';
import { bookNode } from './nodes.ts';
import { wishes } from './push-tables.ts';
import { startFollowing } from './reconcile.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

export interface Building {
  /** null: the file gives the app no nodes, and the branch gets its usual preview. */
  node: number | null;
  /** Where it will answer. */
  url: string;
  /** preview/<branch> */
  environment: string;
  push: string;
}

interface Asked {
  app: App;
  branch: string;
  by: string;
}

/**
 * The newest commit of a branch is being built for its node, or for its usual preview where the file has no nodes;
 * where it will be is known at once. Asking again builds again, on the same node. Refuses the main branch, a branch
 * nobody has pushed, and where no node may be taken (`node/none-free`).
 */
export async function buildBranch(world: World, asked: Asked): Promise<Building> {
  const { app, branch } = asked;
  if (branch === app.mainBranch) throw mainHasNone(app);
  const commit = await world.repositories.head(app.name, branch);
  if (commit === null) throw unknownBranch(app.name, branch);
  const { config } = await readConfig(world.repositories, { app, commit });
  const count = config.environments.preview.nodes;
  return count === null
    ? usualPreview(world, { ...asked, commit })
    : onNode(world, { ...asked, commit, count });
}

async function onNode(
  world: World,
  { app, branch, by, commit, count }: Asked & { commit: string; count: number },
): Promise<Building> {
  const push = newId();
  const node = await inTransaction(world.db, async (tx) => {
    const booked = await bookNode(world, tx, { app, branch, count });
    if (booked === null) return null;
    // Somebody may push while we ask: whichever comes later is the newer one.
    const newest = (await nodes.head(tx, app.id, branch)) ?? commit;
    const wish = { id: push, appId: app.id, branch, commit: newest, by };
    await wishes.add(tx, { ...wish, target: null, reset: null });
    return booked;
  });
  if (node === null) throw noneFree(app.name, count);
  await startFollowing(world, push);
  const url = environmentUrl(node.host, await world.gateway.entrance());
  return { node: node.number, url, environment: environmentName('preview', branch), push };
}

async function usualPreview(
  world: World,
  { app, branch, by, commit }: Asked & { commit: string },
): Promise<Building> {
  const name = environmentName('preview', branch);
  const known = await environments.byName(world.db, app.name, name);
  if (known?.state === 'destroying') throw thereAlready(known);
  const lives = known !== null && known.state !== 'destroyed';
  const wish = { appId: app.id, target: name, branch, commit, by };
  const push = lives
    ? await askForDeploy(world, wish)
    : (await makeByHand(world, { app, kind: 'preview', branch, commit, by })).push;
  const host = (await environments.byName(world.db, app.name, name))?.host;
  if (host === undefined) throw new Error(`${app.name}/${name} was there a moment ago.`);
  const url = environmentUrl(host, await world.gateway.entrance());
  return { node: null, url, environment: name, push };
}

const noneFree = (app: string, count: number): SignalboxError =>
  new SignalboxError({
    code: 'node/none-free',
    what: `No node of ${app} is free.`,
    why: `On each of the ${count} somebody works right now, or it is kept.`,
    fix: [
      `See who is where: signalbox nodes ${app}`,
      'Try again when one is built, or end keeping one: signalbox env unkeep BRANCH',
      'More of them: environments.preview.nodes in signalbox.yaml',
    ],
  });
