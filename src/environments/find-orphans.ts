import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Holding } from '../runtimes/runtime.ts';
import { snapshots } from '../stores/snapshot.ts';
import { about, roughBytes, type Finding } from './finding.ts';
import { environments } from './tables.ts';
import { upkeep } from './upkeep-tables.ts';
import type { World } from './world.ts';

const byHand = 'Nothing here deletes what it does not know. If you are sure, remove it by hand.';

/** Everything that takes room or runs and belongs to nobody, with its size. Reads only. */
export async function findOrphans(world: World): Promise<Finding[]> {
  return [
    ...(await holdings(world)),
    ...(await databases(world)),
    ...(await lostSnapshots(world)),
    ...(await routes(world)),
    ...(await artifacts(world)),
    ...(await repositories(world)),
  ];
}

async function holdings(world: World): Promise<Finding[]> {
  const all = await world.runtime.holdings();
  const known = await ownersOf(world, all);
  return all
    .filter(({ owner }) => !known.has(owner))
    .map(({ kind, id, owner, running, bytes }) =>
      about(id).trouble(
        `orphan-${kind}`,
        `A ${kind} of ${owner}, which nobody knows, ${running ? 'runs' : 'does not run'} and takes ${roughBytes(bytes)}.`,
        byHand,
      ),
    );
}

/** The owners among these that live or may still be asked for: environments, checks, builds. */
async function ownersOf(world: World, all: readonly Holding[]): Promise<Set<string>> {
  const named = (kind: string): string[] => [
    ...new Set(
      all.flatMap(({ owner }) =>
        owner.startsWith(`${kind}:`) ? [owner.slice(kind.length + 1)] : [],
      ),
    ),
  ];
  const living = (await environments.known(world.db, named('environment'))).filter(
    ({ state }) => state !== 'destroyed',
  );
  const work = await upkeep.knownWork(world.db, { checks: named('check'), builds: named('build') });
  return new Set([
    ...living.map(({ id }) => `environment:${id}`),
    ...work.map(({ owner }) => owner),
  ]);
}

const environmentDatabase = /^sb_env_([0-9a-z]{12})_/;

async function databases(world: World): Promise<Finding[]> {
  const all = await world.stores.databases();
  const ids = all.flatMap(({ name }) => environmentDatabase.exec(name)?.[1] ?? []);
  const living = new Set(
    (await environments.known(world.db, ids))
      .filter(({ state }) => state !== 'destroyed')
      .map(({ id }) => id),
  );
  const kept = new Set((await snapshots.all(world.db)).map(({ database }) => database));
  return all
    .filter(({ name }) => !kept.has(name) && !living.has(environmentDatabase.exec(name)?.[1] ?? ''))
    .map(({ name, role, bytes }) =>
      about(name).trouble(
        'orphan-database',
        `A database of ${role === 'snapshot' ? 'a snapshot' : 'an environment'} that nobody knows takes ${roughBytes(bytes)}.`,
        byHand,
      ),
    );
}

async function lostSnapshots(world: World): Promise<Finding[]> {
  const there = new Set((await world.stores.databases()).map(({ name }) => name));
  const ready = (await snapshots.all(world.db)).filter(({ state }) => state === 'ready');
  return ready
    .filter(({ database }) => !there.has(database))
    .map(({ id, database }) =>
      about(`snapshot ${id}`).trouble(
        'snapshot-lost',
        `It has lost its database ${database}; nothing can be seeded from it.`,
        `signalbox snapshot drop ${id}`,
      ),
    );
}

async function routes(world: World): Promise<Finding[]> {
  const all = await world.gateway.routes();
  // Without an environment: the gateway's own, such as a proof for a certificate authority.
  const ofEnvironments = all.filter(({ environment }) => environment !== '');
  const ids = ofEnvironments.map(({ environment }) => environment);
  const living = new Set(
    (await environments.known(world.db, ids))
      .filter(({ state }) => state !== 'destroyed')
      .map(({ id }) => id),
  );
  return ofEnvironments
    .filter(({ environment }) => !living.has(environment))
    .map(({ host, environment }) =>
      about(host).trouble(
        'orphan-route',
        `The gateway has a route for an environment nobody knows (${environment}).`,
        byHand,
      ),
    );
}

async function artifacts(world: World): Promise<Finding[]> {
  const { directory } = world.build;
  const files = (await readdir(directory, { recursive: true }).catch(() => [])).filter((file) =>
    file.endsWith('.tar'),
  );
  const keys = files.map((file) => file.slice(file.lastIndexOf('/') + 1, -'.tar'.length));
  const known = await upkeep.knownArtifacts(world.db, keys);
  const rowsOf = new Set(known.map(({ key }) => key));
  const orphans = files.filter((_file, index) => !rowsOf.has(keys[index] ?? ''));
  return Promise.all(
    orphans.map(async (file) => {
      const { size } = (await stat(join(directory, file)).catch(() => null)) ?? { size: 0 };
      return about(join(directory, file)).trouble(
        'orphan-artifact',
        `An artifact without a row takes ${roughBytes(size)}.`,
        byHand,
      );
    }),
  );
}

async function repositories(world: World): Promise<Finding[]> {
  const { directory } = world.repositories;
  const found = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.git'));
  const apps = await upkeep.appNames(world.db);
  const known = new Set(apps.map(({ name }) => `${name}.git`));
  return found
    .filter((name) => !known.has(name))
    .map((name) =>
      about(join(directory, name)).note(
        'orphan-repository',
        'A repository of an app that nobody knows.',
        byHand,
      ),
    );
}
