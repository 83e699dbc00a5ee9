import { inTransaction } from '../db/pool.ts';
import { apps, type App } from '../git/app.ts';
import { readConfig } from '../git/push.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { deployOf, recordWish } from './ask-for-deploy.ts';
import {
  environmentHost,
  environmentName,
  type BranchKind,
  type Environment,
} from './environment.ts';
import { parseAddress } from './find-environment.ts';
import { startFollowing } from './reconcile.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/**
 * The preview of a branch is asked for, whatever signalbox.yaml says of branches: its row is there, queued,
 * and a push that builds it is being followed when it resolves. Returns the environment's id. Refuses a
 * branch nobody has pushed, the main branch, and one whose preview lives already.
 */
export async function createByHand(
  world: World,
  { app, branch, by }: { app: App; branch: string; by: string },
): Promise<string> {
  if (branch === app.mainBranch) throw mainHasNone(app);
  const commit = await world.repositories.head(app.name, branch);
  if (commit === null) throw unknownBranch(app.name, branch);
  await refuseOnNodes(world, { app, branch, commit });
  const name = environmentName('preview', branch);
  const known = await environments.byName(world.db, app.name, name);
  if (known && known.state !== 'destroyed') throw thereAlready(known);

  return (await makeByHand(world, { app, kind: 'preview', branch, commit, by })).id;
}

/**
 * A deploy of the newest commit into an environment that is not there, by its address: its branch's first
 * push failed before there was one, or it was destroyed. The deploy is being followed when it resolves to
 * its id. null: the environment is there, or there is nothing to deploy.
 */
export async function deployMissing(
  world: World,
  { address: text, by }: { address: string; by: string },
): Promise<string | null> {
  const address = parseAddress(text);
  const app = address && (await apps.byName(world.db, address.app));
  // What a stage had is made by its candidates alone.
  if (!app || address.name.startsWith('stage/')) return null;
  const asked = address.name.replace(/^preview\//, '');
  const kind = asked === address.name ? (asked as BranchKind) : 'preview';
  const branch = kind === 'preview' ? asked : app.mainBranch;
  const stage = branch === app.mainBranch && kind === 'preview' ? 'staging' : kind;
  const known = await environments.byName(world.db, app.name, environmentName(stage, branch));
  if (known && known.state !== 'destroyed') return null;
  const commit = await world.repositories.head(app.name, branch);
  if (commit === null) return null;
  if (stage === 'preview') await refuseOnNodes(world, { app, branch, commit });
  const made = await makeByHand(world, { app, kind: stage, branch, commit, by });
  return deployOf(made.push, made);
}

/** Which node it gets is decided where all of them are seen. */
async function refuseOnNodes(
  { repositories }: World,
  { app, branch, commit }: { app: App; branch: string; commit: string },
): Promise<void> {
  const { config } = await readConfig(repositories, { app, commit });
  if (config.environments.preview.nodes === null) return;
  throw new SignalboxError({
    code: 'environment/on-nodes',
    what: `Previews of ${app.name} live on nodes.`,
    why: 'signalbox.yaml says environments.preview.nodes.',
    fix: [`signalbox build ${branch}`, `See who is where: signalbox nodes ${app.name}`],
  });
}

interface Wanted {
  app: App;
  kind: BranchKind;
  branch: string;
  commit: string;
  by: string;
}

/** The row of an environment is there, and a push that builds it is being followed, when it resolves to both. */
export async function makeByHand(
  world: World,
  { app, kind, branch, commit, by }: Wanted,
): Promise<{ id: string; push: string }> {
  const id = newId();
  const name = environmentName(kind, branch);
  const host = environmentHost({ kind, branch, app: app.name, name }, world.domain);
  const push = await inTransaction(world.db, async (tx) => {
    const row = { id, appId: app.id, name, kind, branch, host, state: 'queued' } as const;
    // Somebody else was quicker: their row will do.
    await environments.add(tx, row);
    return recordWish(tx, { appId: app.id, target: name, branch, commit, by });
  });
  await startFollowing(world, push);
  return { id: (await environments.byName(world.db, app.name, name))?.id ?? id, push };
}

export const unknownBranch = (app: string, branch: string): SignalboxError =>
  new SignalboxError({
    code: 'branch/unknown',
    what: `${app} has no branch called ${branch}.`,
    fix: [`git push signalbox ${branch}`],
  });

export const mainHasNone = ({ name, mainBranch }: App): SignalboxError =>
  new SignalboxError({
    code: 'environment/main-has-no-preview',
    what: `${mainBranch} gets no preview.`,
    why: `It is the main branch of ${name}: it lives in staging and production.`,
    fix: [`signalbox open staging`, 'Name another branch.'],
  });

export function thereAlready({ app, name, branch, state }: Environment): SignalboxError {
  if (state === 'destroying') {
    return new SignalboxError({
      code: 'environment/busy',
      what: `${app}/${name} is being destroyed.`,
      why: 'The new one of this name begins when the old one is gone.',
      fix: ['Try again in a moment.'],
    });
  }
  return new SignalboxError({
    code: 'environment/exists',
    what: `${app}/${name} exists; it is ${state}.`,
    fix: [`signalbox open ${branch}`, `Deploy it again: signalbox deploy ${branch}`],
  });
}
