import { inTransaction, type Queryable } from '../db/pool.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import type { Environment, ServiceInstance } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import { routeAgain } from './route-again.ts';
import { hiddenInstances, rollouts, type HiddenInstance } from './tables.ts';
import { knownFence, stopUnlessFenced } from './without-lock.ts';

/**
 * Nothing stays hidden whose rollout has ended or has nobody who goes on with it: instances of the release that serves
 * are shown again, those of the one that was on its way are stopped. Where somebody has or waits for the lane, nothing is
 * touched. Repeatable. Returns what it did, in words.
 */
export async function mendHidden(world: World): Promise<string[]> {
  const mended: string[] = [];
  const all = await hiddenInstances.all(world.db);
  for (const id of new Set(all.map(({ environmentId }) => environmentId))) {
    // One environment that cannot be mended must not keep the others from it.
    const what = await mendOne(world, id).catch((error: unknown) => unlessTaken(id, error));
    if (what) mended.push(what);
  }
  return mended;
}

async function mendOne(world: World, environmentId: string): Promise<string | null> {
  const fence = await knownFence(world, environmentId);
  if ((await world.locks.queue(fence.scope)).length > 0) return null;
  const change = await inTransaction(world.db, async (tx) => {
    await refuseOvertaken(tx, fence);
    return settle(tx, environmentId);
  });
  if (change === null) return null;
  await routeAgain(world, environmentId);
  await stopUnlessFenced(world, change.stopped, fence);
  return inWords(change);
}

interface Change {
  where: string;
  shown: ServiceInstance[];
  warm: ServiceInstance[];
  stopped: ServiceInstance[];
}

/** null: there was nothing to do. */
async function settle(tx: Queryable, environmentId: string): Promise<Change | null> {
  const environment = await environments.get(tx, environmentId);
  const rows = (await hiddenInstances.all(tx)).filter((row) => row.environmentId === environmentId);
  if (!environment || rows.length === 0) return null;
  const living = await instances.of(tx, environmentId);
  const hidden = living.filter(({ state }) => state === 'hidden');
  const places = await Promise.all(
    hidden.map(async (one) => ({ one, place: await placeOf(tx, environment, { one, rows }) })),
  );
  const of = (wanted: Place) =>
    places.filter(({ place }) => place === wanted).map(({ one }) => one);
  const change = {
    where: `${environment.app}/${environment.name}`,
    shown: of('serving'),
    warm: of('warm'),
    stopped: of('stopped'),
  };
  await instances.move(tx, idsOf(change.shown), 'serving');
  await instances.move(tx, idsOf(change.warm), 'warm');
  await instances.move(tx, idsOf(change.stopped), 'stopped');
  await hiddenInstances.remove(
    tx,
    rows.map(({ instanceId }) => instanceId),
  );
  await forgetEmptyShares(tx, environment);
  return change;
}

type Place = 'serving' | 'warm' | 'stopped';

async function placeOf(
  tx: Queryable,
  environment: Environment,
  { one, rows }: { one: ServiceInstance; rows: readonly HiddenInstance[] },
): Promise<Place> {
  const owner = rows.find(({ instanceId }) => instanceId === one.id)?.owner ?? null;
  if (one.deployId === environment.deployId && environment.shares === null) return 'serving';
  // It was on its way, and nobody takes it any further.
  if (one.deployId === owner) return 'stopped';
  const share = environment.shares?.find(({ deploy }) => deploy === one.deployId);
  if (share && share.weight > 0) return 'serving';
  const rollout = owner === null ? null : await rollouts.get(tx, owner);
  return rollout?.stableDeploy === one.deployId ? 'warm' : 'stopped';
}

/** A release that has nobody left and no requests is in no route; where only one is left, it has all of them. */
async function forgetEmptyShares(tx: Queryable, environment: Environment): Promise<void> {
  if (environment.shares === null) return;
  const living = await instances.of(tx, environment.id);
  const left = environment.shares.filter(
    ({ deploy, weight }) => weight > 0 || living.some(({ deployId }) => deployId === deploy),
  );
  if (left.length === environment.shares.length) return;
  const [only, ...others] = left;
  const isWhole = others.length === 0 && only?.deploy === environment.deployId;
  await environments.share(tx, environment.id, isWhole ? null : left);
}

function inWords({ where, shown, warm, stopped }: Change): string {
  const said = [
    shown.length > 0 ? `showed ${inList(shown)} again` : '',
    warm.length > 0 ? `kept ${inList(warm)} warm` : '',
    stopped.length > 0 ? `stopped ${inList(stopped)}` : '',
  ].filter(Boolean);
  return `${where}: ${said.join(', ') || 'forgot what was hidden once'}`;
}

const inList = (all: readonly ServiceInstance[]): string =>
  all.map(({ service, ordinal }) => `${service} ${ordinal}`).join(' and ');

const idsOf = (all: readonly ServiceInstance[]): string[] => all.map(({ id }) => id);

/** Whoever took the lane meanwhile shows what is hidden, or we come again. */
function unlessTaken(environmentId: string, error: unknown): string | null {
  const message = error instanceof Error ? error.message : String(error);
  return /has taken over/.test(message)
    ? null
    : `what is hidden in ${environmentId} could not be mended: ${message}`;
}
