import { inTransaction, type Queryable } from '../db/pool.ts';
import type { DeployOrder, Obstacle } from '../environments/deploy-order.ts';
import { giveUp, type DeployHooks } from '../environments/deploy.ts';
import { environments } from '../environments/environment-rows.ts';
import { names } from '../environments/environment.ts';
import { begin, prepareGround, refusal } from '../environments/prepare-deploy.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { isOvertaken } from '../workflow/locks.ts';
import type { Fence } from '../kernel/fence.ts';
import type { Flow } from '../workflow/workflow.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { cycle } from './cycle.ts';
import type { Lane, StrategyEnd } from './lane.ts';
import { goingWords, isGoing } from './refuse-going.ts';
import { applyRoute } from './reroute.ts';
import { rollBack } from './roll-back.ts';
import type { RolloutOutcome, RolloutSettings, Strategy } from './rollout.ts';
import { swing } from './swing.ts';
import { hiddenInstances, rollouts } from './tables.ts';

const strategies: Record<Strategy, (lane: Lane) => Promise<StrategyEnd>> = {
  cycle,
  'blue-green': blueGreen,
  canary,
};

export type RolloutRequest = DeployOrder & { settings: RolloutSettings };

/**
 * One release into one environment, which gets requests only as fast as the evidence allows: stores ready →
 * migrations → the strategy of its settings → all requests. Until then, and whatever fails, the old release serves.
 * It holds the environment's lock; a rollback takes the lane away from it.
 */
export async function rollOut(
  flow: Flow,
  world: World,
  order: RolloutRequest,
  hooks: DeployHooks,
): Promise<RolloutOutcome> {
  const lock = { name: names.lock(order.environment), capacity: 1, priority: 1 };
  const fence = await world.locks.take(flow, lock);
  try {
    const begun = await flow.step(`begin the rollout to ${order.environmentName}`, () =>
      beginRollout(world, order, { run: flow.id, whyNot: hooks.whyNot, fence }),
    );
    if ('unwanted' in begun) return { outcome: 'not wanted any more', reason: begun.unwanted };
    const { settings } = order;
    const lane: Lane = { flow, world, order, fence, settings, ...begun, inspect: hooks.inspect };
    return await travel(lane, hooks).catch((error: unknown) => endedElsewhere(lane, error));
  } finally {
    await flow.step(`let the next deploy of ${order.environmentName} in`, () =>
      world.locks.release(lock.name, flow.id),
    );
  }
}

type Begun = { deploy: string; stable: string | null };

async function beginRollout(
  world: World,
  order: RolloutRequest,
  { fence, ...asked }: Parameters<typeof begin>[2] & { fence: Fence },
): Promise<Begun | { unwanted: string }> {
  const begun = await begin(world, order, asked);
  if ('unwanted' in begun) return begun;
  const known = await rollouts.get(world.db, begun.deploy);
  if (known) return { ...begun, stable: known.stableDeploy };
  const environment = await environments.get(world.db, order.environment);
  const stable = environment?.state === 'live' ? environment.deployId : null;
  const { settings } = order;
  const rollout = { id: begun.deploy, environmentId: order.environment, stableDeploy: stable };
  return inTransaction(world.db, async (tx) => {
    // A rollback that came in this moment has the lane, and what it says of it was not looked at.
    if (await isOvertaken(tx, fence)) return { unwanted: 'somebody else took the lane' };
    await endStuck(tx, rollout);
    await rollouts.begin(tx, { ...rollout, strategy: settings.strategy, settings });
    return { ...begun, stable };
  });
}

/** Whoever has the lock is alone: another rollout that is still open lost its run before anybody noticed. */
async function endStuck(
  tx: Queryable,
  { id, environmentId }: { id: string; environmentId: string },
): Promise<void> {
  const open = await rollouts.current(tx, environmentId);
  if (open === null || open.id === id) return;
  const decision = 'its run broke, and another rollout came after it';
  const end = { state: 'failed', from: ['running', 'rolling-back'], decision } as const;
  await rollouts.move(tx, open.id, { ...end, decidedBy: 'Signalbox' });
  await environments.share(tx, environmentId, null);
}

async function travel(lane: Lane, { admit, whenLive }: DeployHooks): Promise<RolloutOutcome> {
  const admitted = (await admit?.(lane)) ?? 'ready';
  if (admitted !== 'ready') return fail(lane, admitted);
  const ground = await prepareGround(lane).catch(refusal);
  if (ground !== 'ready') return fail(lane, ground);
  const end = await strategies[lane.settings.strategy](lane);
  if (end.end === 'rolled back') return rolledBack(lane);
  if (end.end === 'failed') return fail(lane, end);
  const swung = await swing(lane, whenLive);
  if ('failed' in swung) return takeBack(lane, swung);
  return { outcome: 'live', url: swung.url };
}

/** It has had no requests: the route is as it was before, and what was started is gone. */
async function fail(lane: Lane, obstacle: Obstacle): Promise<RolloutOutcome> {
  const { flow, world, order, fence, deploy } = lane;
  const why = 'unwanted' in obstacle ? obstacle.unwanted : obstacle.failed;
  const isOurs = await flow.step('take the new release out of the route', async () => {
    const state = 'unwanted' in obstacle ? 'superseded' : 'failed';
    const ended = { state, from: ['running', state], decision: why, decidedBy: null } as const;
    const isEnded = await inTransaction(world.db, async (tx) => {
      // In the order in which a rollback takes them: the epoch, then the rows.
      const isTaken = await isOvertaken(tx, fence);
      if (!(await rollouts.move(tx, deploy, ended))) return false;
      // Whoever has taken this run over may be far beyond what failed here.
      if (isTaken) throw new Error(`Another controller has taken over ${fence.scope}.`);
      await environments.share(tx, order.environment, null);
      return true;
    });
    if (isEnded) await applyRoute(world, order.environment, fence);
    return isEnded;
  });
  if (!isOurs) return rolledBack(lane);
  const given = await giveUp(lane, obstacle);
  await flow.step('forget what was hidden', async () => {
    const mine = (await hiddenInstances.all(world.db)).filter(({ owner }) => owner === deploy);
    await hiddenInstances.remove(
      world.db,
      mine.map(({ instanceId }) => instanceId),
    );
  });
  return given.outcome === 'live' ? { outcome: 'not wanted any more', reason: why } : given;
}

/** It has had requests already, and cannot have all of them. */
async function undo(lane: Lane, trouble: { failed: string }): Promise<RolloutOutcome> {
  const { flow, world, order, deploy: from } = lane;
  await flow.step('send all requests back to the old release', async () => {
    const environment = await environments.get(world.db, order.environment);
    const why = { by: 'the rollout', reason: trouble.failed };
    // The old release serves beside it: no mark on a commit makes that less safe.
    if (environment) await rollBack(world, { environment, ...why, from, force: true });
  });
  return rolledBack(lane);
}

async function rolledBack({ flow, world, deploy }: Lane): Promise<RolloutOutcome> {
  return flow.step('see who took it back, and why', async () => {
    const rollout = await rollouts.get(world.db, deploy);
    const { decision, decidedBy } = rollout ?? { decision: null, decidedBy: null };
    return {
      outcome: 'rolled back' as const,
      reason: decision ?? 'it was taken back',
      by: decidedBy ?? 'somebody',
    };
  });
}

/** Somebody took the lane away, which shows in all kinds of refusals; what else goes wrong is a failure. */
async function endedElsewhere(lane: Lane, error: unknown): Promise<RolloutOutcome> {
  const { flow, world, order, deploy } = lane;
  const { state, isLeaving } = await flow.step(
    'see whether somebody took the lane away',
    async () => ({
      state: (await rollouts.get(world.db, deploy))?.state ?? 'failed',
      isLeaving: await isGoing(world, order.environment),
    }),
  );
  if (state === 'rolling-back' || state === 'rolled-back') return rolledBack(lane);
  // It serves, and it is no worse for what could not be put aside.
  if (state === 'promoted') throw error;
  if (isLeaving) return fail(lane, { unwanted: goingWords });
  return takeBack(lane, obstacleOf(world, error));
}

/** Nobody else would end the rollout: what Signalbox could not do, however often it tried, is a failure as well. */
function obstacleOf(world: World, error: unknown): Obstacle {
  if (error instanceof SignalboxError) return refusal(error);
  const message = lastWords(error);
  world.log(`rollouts: ${message}`);
  return {
    failed: `Signalbox itself failed while it rolled this out: ${message}`,
    logTail: '',
    fix: ['Push again; signalbox status shows what is wrong.'],
  };
}

/** Of an error that stands for several tries: what the last of them said. */
function lastWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const tries: unknown = 'errors' in error ? error.errors : null;
  const last: unknown = Array.isArray(tries) ? tries.at(-1) : null;
  return last instanceof Error ? last.message : error.message;
}

/** As gently as what it has had allows. */
async function takeBack(lane: Lane, obstacle: Obstacle): Promise<RolloutOutcome> {
  if ('unwanted' in obstacle) return fail(lane, obstacle);
  const { flow, world, order, deploy } = lane;
  const hadRequests = await flow.step('see whether it had any requests', async () => {
    const weight = (await rollouts.get(world.db, deploy))?.weight ?? 0;
    // Its share comes a moment before its row says so.
    const shares = (await environments.get(world.db, order.environment))?.shares ?? [];
    return weight > 0 || shares.some((share) => share.deploy === deploy && share.weight > 0);
  });
  return hadRequests ? undo(lane, obstacle) : fail(lane, obstacle);
}
