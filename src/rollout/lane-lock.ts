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

/** Why no candidate may be released into the environment; null: it may. */
export const laneLock = (db: Queryable, environmentId: string): Promise<LaneLock | null> =>
  laneLocks.get(db, environmentId);

/**
 * No candidate is released into the environment until the lock is lifted. A lock that is there is replaced. Repeatable.
 */
export async function lockLane(
  { db }: Pick<World, 'db'>,
  { environment, by, reason }: Asked,
): Promise<LaneLock> {
  return inTransaction(db, async (tx) => {
    await laneLocks.put(tx, environment.id, { commit: null, reason, by });
    const text = `The lane of ${environment.name} is locked by ${by}: ${reason}`;
    await tell(tx, environment, { kind: 'lane-locked', text, data: { by, reason } });
    const lock = await laneLocks.get(tx, environment.id);
    if (!lock) throw new Error(`The lock of ${environment.id} was put a moment ago.`);
    return lock;
  });
}

/** Candidates may come again. Returns the lock that was there; null: there was none. Repeatable. */
export async function liftLane(
  { db }: Pick<World, 'db'>,
  { environment, by, reason }: Asked,
): Promise<LaneLock | null> {
  return inTransaction(db, async (tx) => {
    const lifted = await laneLocks.remove(tx, environment.id);
    if (!lifted) return null;
    const text = `The lane of ${environment.name} is open again, says ${by}: ${reason}`;
    const data = { by, reason, commit: lifted.commit };
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
