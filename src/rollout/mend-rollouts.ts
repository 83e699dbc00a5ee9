import { environments } from '../environments/environment-rows.ts';
import { names } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { mendHidden } from './mend-hidden.ts';
import { mendRollbacks } from './mend-rollbacks.ts';
import { rollBack } from './roll-back.ts';
import type { Rollout } from './rollout.ts';
import { rollouts } from './tables.ts';

/**
 * Rollouts, rollbacks and hidden instances are what their rows say, and what nobody goes on with is undone: the old
 * release serves. Repeatable, and to be called as soon as a controller has started. Returns what it mended, in words.
 */
export async function mendRollouts(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const mend of [mendRollbacks, mendRunning, mendHidden]) {
    try {
      mended.push(...(await mend(world)));
    } catch (error) {
      // What is wrong in one place must not keep the others from being mended, nor a controller from starting.
      mended.push(`could not ${mend.name}: ${messageOf(error)}`);
    }
  }
  for (const line of mended) world.log(`rollouts: ${line}`);
  return mended;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

async function mendRunning(world: World): Promise<string[]> {
  const mended: string[] = [];
  for (const rollout of await rollouts.open(world.db)) {
    const what = await mendOne(world, rollout).catch(
      (error: unknown) => `cannot be mended: ${messageOf(error)}`,
    );
    if (what) mended.push(`rollout ${rollout.id}: ${what}`);
  }
  return mended;
}

/** A run holds the lane from before its row until after its end, whoever runs it. */
async function mendOne(world: World, rollout: Rollout): Promise<string | null> {
  const { id, environmentId, stableDeploy, state } = rollout;
  if (state !== 'running') return null;
  if ((await world.locks.queue(names.lock(environmentId))).length > 0) return null;
  // It may have ended between the two looks.
  if ((await rollouts.get(world.db, id))?.state !== 'running') return null;
  const decision = 'Signalbox itself failed while it rolled this out';
  const environment = await environments.get(world.db, environmentId);
  if (environment?.state === 'live' && stableDeploy !== null) {
    const why = { by: 'Signalbox', reason: decision };
    // The old release serves beside it: no mark on a commit makes that less safe.
    await rollBack(world, { environment, ...why, from: id, to: stableDeploy, force: true });
    return 'nobody went on with it: rolled back';
  }
  const end = { state: 'failed', from: ['running'], decision, decidedBy: 'Signalbox' } as const;
  await rollouts.move(world.db, id, end);
  return 'nobody went on with it: ended';
}
