import { names, type ServiceInstance } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import type { Fence } from '../kernel/fence.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { knownEpoch } from '../workflow/locks.ts';

/**
 * For who changes an environment without its lock. Read it before the rows: whoever takes the lane afterwards has a
 * higher epoch, and this one is refused.
 */
export async function knownFence({ db }: Pick<World, 'db'>, environment: string): Promise<Fence> {
  const scope = names.lock(environment);
  return { scope, epoch: await knownEpoch(db, scope) };
}

/** What is refused has a new owner, or is found without one by the reconciler. Repeatable. */
export async function stopUnlessFenced(
  { runtime }: Pick<World, 'runtime'>,
  all: readonly ServiceInstance[],
  fence: Fence,
): Promise<void> {
  for (const { id } of all) {
    await runtime.stopInstance(id, fence).catch((error: unknown) => {
      if (!(error instanceof SignalboxError && error.code === 'runtime/fenced')) throw error;
    });
  }
}
