import { apps } from '../git/app.ts';
import { snapshots } from '../stores/snapshot.ts';
import type { Holding } from '../runtimes/runtime.ts';
import { names } from './environment.ts';
import { dropSnapshot } from './take-snapshot.ts';
import { environments } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

/**
 * Removes what certainly belongs to something that has ended: processes, files, databases, places in locks.
 * What nobody knows is left and shown by doctor. Repeatable.
 */
export async function mendLeftovers(world: World): Promise<string[]> {
  return [
    ...(await mendLocks(world)),
    ...(await mendDeploys(world)),
    ...(await mendHoldings(world)),
    ...(await mendDatabases(world)),
    ...(await mendSnapshots(world)),
  ];
}

async function mendLocks(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const { name, holder } of await world.locks.queue()) {
    const state = await world.engine.state(holder);
    if (state === 'running' || state === 'absent') continue;
    await world.locks.release(name, holder);
    mended.push(`released ${name}, whose holder ${holder} has ended`);
  }
  return mended;
}

/** A deploy whose run broke cannot end itself; until it has ended, what it started counts as needed. */
async function mendDeploys(world: World): Promise<string[]> {
  const reason = 'Signalbox itself failed while it deployed this';
  const ended = await upkeep.endBrokenDeploys(world.db, reason);
  return ended.map(({ id }) => `ended the deploy ${id}, whose run broke`);
}

async function mendHoldings(world: World): Promise<string[]> {
  const mended: string[] = [];
  const holdings = await world.runtime.holdings();
  for (const holding of holdings.filter(ofKind('environment'))) {
    const why = await needless(world, holding);
    if (!why) continue;
    await removeHolding(world, holding);
    mended.push(`removed ${holding.kind} ${holding.id}: ${why}`);
  }
  const ended = await endedWork(world);
  for (const holding of holdings.filter(({ kind, id }) => kind === 'workspace' && ended.has(id))) {
    await world.runtime.removeWorkspace(holding.id);
    mended.push(`removed the workspace ${holding.id} of a job that has ended`);
  }
  return mended;
}

const ofKind =
  (kind: string) =>
  (holding: Holding): boolean =>
    holding.owner.startsWith(`${kind}:`);

/** Why a holding of an environment certainly is not needed, or null. */
async function needless(world: World, holding: Holding): Promise<string | null> {
  const id = holding.owner.slice('environment:'.length);
  const environment = await environments.get(world.db, id);
  if (environment?.state === 'destroyed') return 'its environment is destroyed';
  if (!environment || holding.kind === 'job') return null;
  if ((await world.locks.queue(names.lock(id))).length > 0) return null;
  const deploy = await upkeep.endedDeploy(world.db, id, holding.id.split('-')[1] ?? '');
  // Whoever looks for why the newest one failed reads its log.
  const isLog = holding.kind === 'service' && !holding.running;
  return deploy && !(deploy.newest && isLog) ? 'its deploy does not serve any more' : null;
}

async function removeHolding(world: World, { kind, id }: Holding): Promise<void> {
  if (kind === 'workspace') return world.runtime.removeWorkspace(id);
  await (kind === 'service' ? world.runtime.stopInstance(id) : world.runtime.stopJob(id));
  await world.runtime.forget(id);
}

/** Jobs of checks and builds that have ended: only their logs are still of use. */
async function endedWork(world: World): Promise<Set<string>> {
  const ended = await upkeep.endedJobs(world.db);
  return new Set(ended.map(({ job }) => job));
}

/** `sb_env_<environment>_<store>`, as names.database makes them. */
const environmentDatabase = /^sb_env_([0-9a-z]{12})_/;

async function mendDatabases(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const { name, app } of await world.stores.databases()) {
    const id = environmentDatabase.exec(name)?.[1];
    const environment = id === undefined ? null : await environments.get(world.db, id);
    if (environment?.state !== 'destroyed') continue;
    await world.stores.drop({ app: environment.app || app, name });
    mended.push(`dropped the database ${name} of a destroyed environment`);
  }
  return mended;
}

async function mendSnapshots(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const snapshot of await snapshots.all(world.db)) {
    const name = (await apps.byId(world.db, snapshot.appId))?.name;
    if (!name) continue;
    if (snapshot.state === 'taking' && snapshot.source !== 'import') {
      if ((await world.engine.state(`snapshot-${snapshot.id}`)) === 'running') continue;
      await snapshots.failed(world.db, snapshot.id, 'it was given up half way');
      mended.push(`gave up snapshot ${snapshot.id}`);
    }
    if (snapshot.state === 'dropping' || snapshot.state === 'failed') {
      await dropSnapshot(world, name, snapshot.id);
      mended.push(`dropped snapshot ${snapshot.id}`);
    }
  }
  return mended;
}
