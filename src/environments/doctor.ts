import { controllers } from '../workflow/controllers.ts';
import { dutyStates } from '../workflow/duty.ts';
import { apps } from '../git/app.ts';
import { examineEnvironment } from './examine-environment.ts';
import { explainEnvironment } from './explain-environment.ts';
import { about, type Finding } from './finding.ts';
import { findOrphans } from './find-orphans.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/**
 * Explains in words why one environment is or is not there, by its address, branch or id, also one that
 * never was; without one: every environment in trouble, every duty that is silent, every app that cannot be
 * fetched, and what has no owner, with its size. Reads only.
 */
export async function doctor(world: World, address: string | null): Promise<Finding[]> {
  if (address !== null) return explainEnvironment(world, address);
  const parts = [
    () => silentDuties(world),
    () => deadControllers(world),
    () => unfetchable(world),
    () => environmentsInTrouble(world),
    () => findOrphans(world),
  ];
  const found: Finding[] = [];
  // What cannot be looked at is a finding too, and no reason to keep the rest back.
  for (const part of parts)
    found.push(...(await part().catch((error: unknown) => [unreadable(error)])));
  return found;
}

const unreadable = (error: unknown): Finding =>
  about('Signalbox').trouble(
    'unreadable',
    `Something could not be looked at: ${error instanceof Error ? error.message : String(error)}`,
    'signalbox status',
  );

async function silentDuties(world: World): Promise<Finding[]> {
  const duties = await dutyStates(world.db);
  return duties.flatMap(({ name, silent, ranAt, error }) => {
    const say = about(`duty: ${name}`);
    const since = ranAt ? `since ${ranAt.toISOString()}` : 'ever';
    if (silent)
      return [
        say.trouble(
          'duty-silent',
          `Nobody has done it ${since}.`,
          'Is a controller running? signalbox status',
        ),
      ];
    return error === null
      ? []
      : [say.trouble('duty-failing', `It failed the last time: ${error}`, 'signalbox status')];
  });
}

async function deadControllers(world: World): Promise<Finding[]> {
  const all = await controllers(world.db);
  return all
    .filter(({ alive }) => !alive)
    .map(({ id, host, seenAt }) =>
      about(`controller ${id}`).note(
        'controller-silent',
        `Nothing was heard of the controller on ${host} since ${seenAt.toISOString()}; another one takes over its work.`,
      ),
    );
}

async function unfetchable(world: World): Promise<Finding[]> {
  const all = await apps.all(world.db);
  return all.flatMap(({ name, syncError }) =>
    syncError === null
      ? []
      : [about(name).trouble('cannot-fetch', syncError, `signalbox app sync ${name}`)],
  );
}

async function environmentsInTrouble(world: World): Promise<Finding[]> {
  const found: Finding[] = [];
  const routes = await world.gateway.routes();
  for (const environment of await environments.living(world.db)) {
    const examined = await examineEnvironment(world, environment, routes);
    found.push(...examined.filter(({ severity }) => severity !== 'fine'));
  }
  return found;
}
