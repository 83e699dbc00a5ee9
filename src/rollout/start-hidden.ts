import { announce } from '../environments/conclude-deploy.ts';
import type { ServiceInstance, Share } from '../environments/environment.ts';
import { environments, instances } from '../environments/environment-rows.ts';
import { keepGround } from '../environments/keep-ground.ts';
import { placementOf } from '../environments/prepare-deploy.ts';
import { startInstances, stopInstances } from '../environments/start-instances.ts';
import type { Lane } from './lane.ts';
import { reroute } from './reroute.ts';
import { rollouts } from './tables.ts';

export interface Proving {
  ordinals: readonly number[];
  /** In words; steps are called by it, so no two provings of one rollout may share it: `web 2 and 3`. */
  label: string;
  /** Absent: web. */
  service?: string;
}

/**
 * These instances of the new deploy run, hidden: signed visits reach them, nobody else does. Attempts after the first
 * get files unpacked anew. Repeatable.
 */
export async function startHidden(lane: Lane, proving: Proving, attempt: number): Promise<void> {
  const { world, order, fence, deploy, stable } = lane;
  const { ordinals, service = 'web', label } = proving;
  await rollouts.say(world.db, deploy, `proving ${label}, which nobody sees yet`);
  const placement = await placementOf(lane);
  const { environment } = placement;
  const unpacked = { id: deploy, artifactKey: order.artifact };
  // Where nobody has worked before.
  if (attempt > 1) await keepGround(world, { environment, deploy: unpacked, attempt }, fence);
  await startInstances(world, placement, fence, { services: [service], ordinals, attempt });
  const ids = (await instancesOf(lane, proving, [attempt])).map(({ id }) => id);
  const { shares } = placement.environment;
  await reroute(lane, {
    states: [{ ids, state: 'hidden', why: `${label} is being proven` }],
    ...(stable === null ? {} : { shares: withNew(shares ?? wholly(stable), deploy) }),
  });
  await announce(world, order, { kind: 'instances-started', text: `Starting ${label}, hidden` });
}

const wholly = (deploy: string): Share[] => [{ deploy, weight: 100, draining: false }];

/** Its hidden instances have to be in the route for signed visits; of everybody else's requests it gets none by that. */
function withNew(shares: readonly Share[], deploy: string): readonly Share[] {
  if (shares.some((share) => share.deploy === deploy)) return shares;
  return [...shares, { deploy, weight: 0, draining: false }];
}

/** They are gone, and from the route, too; a release that has nobody left and no requests is in it no more. Repeatable. */
export async function stopHidden(
  lane: Lane,
  proving: Proving,
  attempts: readonly number[],
): Promise<void> {
  const { world, order, fence, deploy } = lane;
  const mine = await instancesOf(lane, proving, attempts);
  await stopInstances(world, mine, fence);
  const states = [{ ids: mine.map(({ id }) => id), state: 'stopped' as const }];
  const environment = await environments.get(world.db, order.environment);
  const left = (await instances.of(world.db, order.environment)).some(
    ({ deployId, service }) => deployId === deploy && service === 'web',
  );
  const shares = environment?.shares ?? null;
  await reroute(
    lane,
    left || shares === null ? { states } : { states, shares: withoutNew(lane, shares) },
  );
}

/** null: all of it the deploy that serves. */
function withoutNew({ deploy }: Lane, shares: readonly Share[]): readonly Share[] | null {
  const others = shares.filter((share) => share.deploy !== deploy);
  return others.length > 1 || others.some(({ draining }) => draining) ? others : null;
}

/** Of the new deploy. */
export async function instancesOf(
  { world, order, deploy }: Lane,
  { ordinals, service = 'web' }: Proving,
  attempts: readonly number[],
): Promise<ServiceInstance[]> {
  const all = await instances.of(world.db, order.environment);
  return all.filter(
    (one) =>
      one.deployId === deploy &&
      one.service === service &&
      ordinals.includes(one.ordinal) &&
      attempts.includes(one.attempt),
  );
}
