import type { World } from '../environments/world.ts';
import type { LaneLock } from '../rollout/lane-tables.ts';
import { locksOfLane } from '../rollout/lane-lock.ts';
import { isRevertedSince } from './commit-history.ts';

/** The first lock of a lane that a commit may not pass, because it has the bad one unreverted; null: it passes all. Reads only. */
export async function shutLane(
  world: World,
  { environment, app, commit }: { environment: string; app: string; commit: string },
): Promise<LaneLock | null> {
  for (const lock of await locksOfLane(world.db, environment)) {
    const { commit: bad } = lock;
    if (bad === null || !(await isRevertedSince(world, { app, bad, commit }))) return lock;
  }
  return null;
}
