import { setTimeout as pause } from 'node:timers/promises';
import { branchState, wishes } from './push-tables.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/** Whose work this is; enough to see whether anybody still waits for it. */
export interface Wish {
  push: string;
  appId: string;
  app: string;
  branch: string;
  main: boolean;
  environment: string;
  environmentName: string;
  /** The candidate whose way this is: newer pushes do not end it, only newer candidates do, which whoever asks knows. */
  candidate?: string | undefined;
}

const lookMs = 300;

/** Why a newer push makes this one needless, or null. */
export async function supersededBy(
  world: Pick<World, 'db'>,
  { push, appId, branch }: Pick<Wish, 'push' | 'appId' | 'branch'>,
): Promise<string | null> {
  const newer = await wishes.newer(world.db, push);
  if (newer) return `${newer.commit.slice(0, 7)} was pushed after it`;
  const gone = await branchState.gone(world.db, appId, branch);
  return gone ? `the branch is gone: ${gone.why ?? 'deleted'}` : null;
}

/** Why this deploy is not wanted any more, or null. */
export async function stillWanted(world: World, wish: Wish): Promise<string | null> {
  const environment = await environments.get(world.db, wish.environment);
  if (!environment || environment.state === 'destroying' || environment.state === 'destroyed') {
    return 'the environment is being destroyed';
  }
  return wish.candidate === undefined ? supersededBy(world, wish) : null;
}

/**
 * Waits for something unless nobody wants it any more. A deploy of the main branch is not given up half
 * way for a newer commit: with a commit a minute none would ever arrive.
 */
export async function unlessUnwanted<T>(
  world: World,
  wish: Wish,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T | { unwanted: string }> {
  return unless(wait, async () => {
    const why = await stillWanted(world, wish);
    return wish.main && why !== 'the environment is being destroyed' ? null : why;
  });
}

/** Runs `wait`, and looks every 300 ms for a reason not to; the reason ends the waiting. */
export async function unless<T>(
  wait: (signal: AbortSignal) => Promise<T>,
  why: () => Promise<string | null>,
): Promise<T | { unwanted: string }> {
  const done = new AbortController();
  const watching = watch(why, done.signal);
  try {
    return await Promise.race([wait(done.signal), watching]);
  } finally {
    done.abort();
    await watching.catch(() => undefined);
  }
}

async function watch(
  why: () => Promise<string | null>,
  signal: AbortSignal,
): Promise<{ unwanted: string }> {
  while (!signal.aborted) {
    await pause(lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const reason = await why();
    if (reason) return { unwanted: reason };
  }
  return { unwanted: '' };
}
