import { lookup } from 'node:dns/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { condemn } from '../environments/destroy.ts';
import { environmentHost, type Environment } from '../environments/environment.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import type { World } from '../environments/world.ts';
import { findApp } from '../git/app.ts';
import { newId } from '../kernel/id.ts';
import { isItsOwn, stageEnvironmentName, type Station } from './candidate.ts';
import { at } from './report-candidate.ts';
import { candidateStages } from './tables.ts';

const lookAgainMs = 300;

/**
 * The environment of a stage is there: the one all candidates share, or one of the candidate's own. What is
 * being destroyed under that name is waited for. Returns its id. Repeatable.
 */
export async function ensureStageEnvironment(world: World, station: Station): Promise<string> {
  const { app } = station.way.plan;
  const name = stageEnvironmentName(station.stage, station.way.number);
  for (;;) {
    const known = await environments.byName(world.db, app, name);
    if (known && known.state !== 'destroyed' && known.state !== 'destroying') {
      await environments.pushed(world.db, known.id, world.clock.now());
      await candidateStages.place(world.db, at(station), known.id);
      return known.id;
    }
    if (known?.state === 'destroying') await pause(lookAgainMs);
    else await addEnvironment(world, station, name);
  }
}

/** Not queued first: stages have no limit, and what is queued without a push goes. */
async function addEnvironment(world: World, { way, stage }: Station, name: string): Promise<void> {
  const { appId, app } = way.plan;
  // A train has a branch of its own where something was taken off it; the next candidate has none.
  const { mainBranch: branch } = await findApp(world.db, app);
  const isUsual = !isItsOwn(stage) && (name === 'staging' || name === 'production');
  const kind = isUsual ? name : 'stage';
  const row = { id: newId(), appId, name, kind, branch, state: 'creating' } as const;
  const host = environmentHost({ ...row, app }, world.domain);
  await environments.add(world.db, { ...row, host }).catch((error: { constraint?: string }) => {
    if (error.constraint !== 'environments_host') throw error;
    const longer = environmentHost({ ...row, app }, world.domain, 12);
    return environments.add(world.db, { ...row, host: longer });
  });
}

/** The candidate's own environment goes; a shared one stays. Repeatable. */
export async function letGo(world: World, station: Station, why: string): Promise<void> {
  if (!isItsOwn(station.stage)) return;
  const row = await candidateStages.get(world.db, at(station));
  const environment = row?.environmentId && (await environments.get(world.db, row.environmentId));
  if (environment && environment.state !== 'destroyed') await condemn(world, environment, why);
}

/**
 * Where a job of the environment reaches it: by its public address where this machine knows the name (null:
 * that is what jobs are told anyway), otherwise at one of its instances.
 */
export async function reachableUrl(
  world: World,
  environment: Pick<Environment, 'id' | 'host' | 'deployId'>,
): Promise<string | null> {
  const isKnown = await lookup(environment.host).then(
    () => true,
    () => false,
  );
  if (isKnown) return null;
  const web = (await instances.of(world.db, environment.id)).find(
    ({ service, deployId, host, port }) =>
      service === 'web' && deployId === environment.deployId && host !== null && port !== null,
  );
  return web ? `http://${web.host}:${web.port}` : null;
}
