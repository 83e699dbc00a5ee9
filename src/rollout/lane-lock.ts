import { inTransaction, type Queryable } from '../db/pool.ts';
import type { Environment } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import { laneLocks, type LaneLock } from './lane-tables.ts';

interface Asked {
  environment: Pick<Environment, 'id' | 'app' | 'name'>;
  by: string;
  reason: string;
}

/**
 * Why no candidate may be released into the environment, newest first; none: it may. One that gets past all of them may
 * too: past the lock of a bad commit, when it does without that commit.
 */
export const locksOfLane = (db: Queryable, environmentId: string): Promise<LaneLock[]> =>
  laneLocks.of(db, environmentId);

/**
 * No candidate is released into the environment until the lane is lifted. A person's lock that is there is replaced;
 * those of rollbacks stay beside it. Repeatable.
 */
export async function lockLane(
  { db }: Pick<World, 'db'>,
  { environment, by, reason }: Asked,
): Promise<LaneLock> {
  return inTransaction(db, async (tx) => {
    const lock = await laneLocks.put(tx, environment.id, { commit: null, reason, by });
    const text = `The lane of ${environment.name} is locked by ${by}: ${reason}`;
    await tell(tx, environment, { kind: 'lane-locked', text, data: { by, reason } });
    if (!lock) throw new Error(`The lock of ${environment.id} was put a moment ago.`);
    return lock;
  });
}

/** Candidates may come again. Returns all locks that were there, newest first. Repeatable. */
export async function liftLane(
  { db }: Pick<World, 'db'>,
  { environment, by, reason }: Asked,
): Promise<LaneLock[]> {
  return inTransaction(db, async (tx) => {
    const lifted = await laneLocks.remove(tx, environment.id);
    if (lifted.length === 0) return [];
    const text = `The lane of ${environment.name} is open again, says ${by}: ${reason}`;
    const data = { by, reason, commits: lifted.flatMap(({ commit }) => commit ?? []) };
    await tell(tx, environment, { kind: 'lane-lifted', text, data });
    return lifted;
  });
}

/** As a rollback does. Candidates come to stages only: a preview has no lane. */
export async function lockLaneOf(
  tx: Queryable,
  { id, kind }: Pick<Environment, 'id' | 'kind'>,
  lock: { commit: string; reason: string; by: string },
): Promise<void> {
  if (kind !== 'preview') await laneLocks.put(tx, id, lock);
}

function tell(
  tx: Queryable,
  { id, app }: Asked['environment'],
  said: { kind: string; text: string; data: Record<string, unknown> },
): Promise<void> {
  return publish(tx, { ...said, app, environment: id });
}
