import type { Config } from '../config/config.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { deploys, environments, instances } from '../environments/environment-rows.ts';
import { names, type Deploy, type ServiceInstance } from '../environments/environment.ts';
import { keepGround } from '../environments/keep-ground.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import type { Fence } from '../kernel/fence.ts';
import { newId } from '../kernel/id.ts';
import { seizeFence } from '../workflow/locks.ts';
import { lockLaneOf } from './lane-lock.ts';
import { applyRoute } from './reroute.ts';
import { releases, rollbacks } from './rollback-tables.ts';
import type { Rollout } from './rollout.ts';
import { runOfRollback, startFinishing } from './rollout-workflows.ts';
import { unlessOvertaken } from './route-again.ts';
import { hiddenInstances, rollouts } from './tables.ts';
import type { OpenWay } from './way-back.ts';

/** A way back to a release that still runs. */
export interface Turn {
  way: OpenWay;
  by: string;
  reason: string;
  /** Instances of the old release that run. */
  running: readonly ServiceInstance[];
  /** What the old release was released with. */
  config: Config;
}

export const isWeb = ({ service }: Pick<ServiceInstance, 'service'>): boolean => service === 'web';

/**
 * The old release has all requests when it resolves: rows first, then the gateway, so that whoever comes after a crash
 * sees what was meant. What the bad one left is tidied by a run of its own. false: the rows have changed since the way
 * was found, and nothing was done.
 */
export async function turnBack(world: World, turn: Turn): Promise<boolean> {
  const { environment, to } = turn.way;
  const id = newId();
  const fence = await inTransaction(world.db, (tx) => turnRows(tx, id, turn)).catch(unlessMovedOn);
  if (fence === null) return false;
  try {
    await applyRoute(world, environment.id, fence).catch(unlessOvertaken);
  } finally {
    await Promise.all([
      // It sets the route again, so that a gateway that was away is told when it is back.
      startFinishing(world.engine, { rollback: id, environment: environment.id }),
      // The runtime hears of the epoch, too: what is stopping the old release right now goes no further.
      keepGround(world, { environment, deploy: to, attempt: 1 }, fence).catch(() => undefined),
      // Not with the rows: whoever tells something else at length would hold us up.
      tellTurned(world.db, { ...turn, atOnce: true }),
    ]);
  }
  return true;
}

const movedOn = new Error('The environment has moved on.');

export function unlessMovedOn(error: unknown): null {
  if (error === movedOn) return null;
  throw error;
}

/** The epoch comes first: whoever else changes these rows comes before or after. */
async function turnRows(tx: Queryable, id: string, turn: Turn): Promise<Fence> {
  const { way, by, reason } = turn;
  const { environment, from, to } = way;
  const lock = { name: names.lock(environment.id), heir: runOfRollback(id) };
  const fence = await seizeFence(tx, lock);
  await refuseMoved(tx, way);
  await rollbacks.endOpen(tx, environment.id, 'another rollback came after it');
  const said = { id, environmentId: environment.id, from: from.id, to: to.id, by, reason };
  await rollbacks.begin(tx, { ...said, kind: 'at once' });
  if (!(await environments.serve(tx, environment.id, { deployId: to.id, config: turn.config })))
    throw movedOn;
  await deploys.live(tx, to.id, environment.id);
  const bad = [...new Set([from.id, environment.deployId ?? from.id])].filter(
    (one) => one !== to.id,
  );
  await releases.undo(tx, bad, reason);
  await turnRollouts(tx, { bad, rollout: way.rollout, by, reason });
  await turnInstances(tx, turn, bad);
  await lockLaneOf(tx, environment, { commit: from.commit, reason, by });
  return fence;
}

/** Throws what unlessMovedOn knows when the rows are not those that the way was found from. */
export async function refuseMoved(tx: Queryable, { environment, rollout }: OpenWay): Promise<void> {
  const [now, current] = await Promise.all([
    environments.get(tx, environment.id),
    rollouts.current(tx, environment.id),
  ]);
  const isSame = now?.deployId === environment.deployId && current?.id === rollout?.id;
  if (!isSame || current?.state !== rollout?.state) throw movedOn;
}

async function turnRollouts(
  tx: Queryable,
  of: { bad: readonly string[]; rollout: Rollout | null; by: string; reason: string },
): Promise<void> {
  const decided = { decision: of.reason, decidedBy: of.by };
  const undone = { state: 'rolled-back', ...decided } as const;
  // One at a time is open in an environment: what an earlier rollback undid is as good as tidied.
  if (of.rollout?.state === 'rolling-back')
    await rollouts.move(tx, of.rollout.id, { ...undone, from: ['rolling-back'] });
  const [open = '', ...rest] = of.bad;
  await rollouts.move(tx, open, {
    ...undone,
    state: 'rolling-back',
    from: ['running', 'promoted'],
  });
  for (const one of rest) await rollouts.move(tx, one, { ...undone, from: ['promoted'] });
}

async function turnInstances(
  tx: Queryable,
  { way: { environment, to }, running }: Turn,
  bad: readonly string[],
): Promise<void> {
  const all = await instances.of(tx, environment.id);
  const known = new Set(idsOf(running));
  const able = all.filter(({ id, deployId }) => deployId === to.id && known.has(id));
  // What is just being drained may be cut off at the end of that: the others come first.
  const settled = able.filter(({ state }) => state === 'serving' || state === 'warm');
  const serving = settled.some(isWeb) ? settled : able;
  // They were taken for needless between our look and now.
  if (running.some(isWeb) && !serving.some(isWeb)) throw movedOn;
  const dead = all.filter(({ id, deployId }) => deployId === to.id && !known.has(id));
  const leaving = all.filter(
    ({ deployId, state }) => deployId !== to.id && (state !== 'warm' || bad.includes(deployId)),
  );
  await instances.move(tx, idsOf(serving), 'serving');
  if (dead.length > 0) await instances.move(tx, idsOf(dead), 'starting');
  if (leaving.length > 0) await instances.move(tx, idsOf(leaving), 'draining');
  await hiddenInstances.remove(tx, idsOf(all));
}

const idsOf = (all: readonly ServiceInstance[]): string[] => all.map(({ id }) => id);

const described = ({ number, commit }: Deploy): string => `${number} (${commit.slice(0, 7)})`;

/** For onlookers. */
export function tellTurned(
  tx: Queryable,
  { way, by, reason, atOnce }: { way: OpenWay; by: string; reason: string; atOnce: boolean },
): Promise<void> {
  const { environment, from, to } = way;
  const how = atOnce ? '' : ', which starts again';
  return publish(tx, {
    kind: 'rolled-back',
    app: environment.app,
    environment: environment.id,
    push: from.pushId,
    text: `${environment.name} goes back from deploy ${described(from)} to ${described(to)}${how}. Why, says ${by}: ${reason}`,
    data: { from: from.id, to: to.id, by, reason, commit: from.commit, atOnce },
  });
}
