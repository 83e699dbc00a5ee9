import { inTransaction, type Queryable } from '../db/pool.ts';
import type { Environment } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { rollBack } from './roll-back.ts';
import type { Rollout, RolloutOrder } from './rollout.ts';
import { rolloutOrders, rollouts } from './tables.ts';

export interface Steering {
  environment: Pick<Environment, 'id' | 'app' | 'name'>;
  by: string;
  reason: string | null;
}

/** No further step begins until it is resumed; the judge still takes a bad release back. Repeatable. */
export const pauseRollout = (world: Pick<World, 'db'>, steering: Steering): Promise<Rollout> =>
  steer(world, steering, async (tx, rollout) => {
    if (rollout.pausedBy !== null) return false;
    const { by, reason } = steering;
    await rollouts.pause(tx, rollout.id, { by, reason: reason ?? 'no reason was given' });
    await note(tx, rollout, { kind: 'pause', text: 'paused', ...steering });
    return true;
  });

/** Repeatable. */
export const resumeRollout = (world: Pick<World, 'db'>, steering: Steering): Promise<Rollout> =>
  steer(world, steering, async (tx, rollout) => {
    if (rollout.pausedBy === null) return false;
    await rollouts.pause(tx, rollout.id, null);
    await note(tx, rollout, { kind: 'resume', text: 'resumed', ...steering });
    return true;
  });

/** It gets all requests without further steps, as soon as whoever watches it looks; a pause ends. Repeatable. */
export const promoteRollout = (world: Pick<World, 'db'>, steering: Steering): Promise<Rollout> =>
  steer(world, steering, async (tx, rollout) => {
    await rollouts.pause(tx, rollout.id, null);
    const orders = await rolloutOrders.of(tx, rollout.id);
    if (orders.some(({ kind }) => kind === 'promote')) return false;
    await note(tx, rollout, { kind: 'promote', text: 'to be promoted', ...steering });
    return true;
  });

/**
 * What served before has all requests when it resolves, see rollBack. One that nothing served before has had none: it
 * ends as failed. Twice is safe. Refuses with `rollout/none-running` when it has ended already.
 */
export async function abortRollout(
  world: World,
  { environment, by, reason, force }: Steering & { force?: boolean | undefined },
): Promise<Rollout> {
  const why = reason ?? 'no reason was given';
  const rollout = await rollouts.current(world.db, environment.id);
  if (!rollout) throw noneRunning(environment);
  if (rollout.state === 'rolling-back') return rollout;
  if (rollout.stableDeploy === null)
    await endFirst(world, rollout, { environment, by, reason: why });
  else await rollBack(world, { environment, by, reason: why, from: rollout.id, force });
  return (await rollouts.get(world.db, rollout.id)) ?? rollout;
}

/** Its own run sees that it has ended, and stops what it has started. */
async function endFirst(
  { db }: Pick<World, 'db'>,
  rollout: Rollout,
  { environment, by, reason }: Steering & { reason: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const ended = { state: 'failed', from: ['running'], decision: reason, decidedBy: by } as const;
    if (!(await rollouts.move(tx, rollout.id, ended))) return;
    await note(tx, rollout, { kind: 'abort', text: 'aborted', environment, by, reason });
  });
}

async function steer(
  { db }: Pick<World, 'db'>,
  { environment }: Steering,
  act: (tx: Queryable, rollout: Rollout) => Promise<boolean>,
): Promise<Rollout> {
  return inTransaction(db, async (tx) => {
    const open = await rollouts.current(tx, environment.id);
    const rollout = open && (await rollouts.lock(tx, open.id));
    if (rollout?.state !== 'running') throw noneRunning(environment);
    await act(tx, rollout);
    return (await rollouts.get(tx, rollout.id)) ?? rollout;
  });
}

async function note(
  tx: Queryable,
  rollout: Rollout,
  { kind, text, environment, by, reason }: Steering & { kind: RolloutOrder['kind']; text: string },
): Promise<void> {
  await rolloutOrders.add(tx, rollout.id, { kind, by, reason });
  await publish(tx, {
    kind: `rollout-${kind}`,
    app: environment.app,
    environment: environment.id,
    text: `The rollout to ${environment.name} is ${text} by ${by}${reason === null ? '' : `: ${reason}`}`,
    data: { rollout: rollout.id, by, reason },
  });
}

const noneRunning = ({ app, name }: Steering['environment']): SignalboxError =>
  new SignalboxError({
    code: 'rollout/none-running',
    what: `No release is being rolled out to ${app}/${name}.`,
    why: 'The last one has ended, or none was ever begun.',
    fix: [
      `signalbox rollout status ${name}`,
      `To undo what serves: signalbox rollback ${name} --reason "…"`,
    ],
  });
