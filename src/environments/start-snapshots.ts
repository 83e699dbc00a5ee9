import { environments } from './tables.ts';
import { snapshotsDue, type SnapshotOrder } from './take-snapshot.ts';
import { workflows, type World } from './world.ts';

/** Repeatable: the id is the snapshot. */
export async function startSnapshot(world: World, order: SnapshotOrder): Promise<void> {
  await world.engine.start(workflows.takeSnapshot, {
    id: `snapshot-${order.snapshot}`,
    input: order,
  });
}

/** Starts what the schedule asks for: one snapshot a store and period. */
export async function startDueSnapshots(world: World): Promise<void> {
  for (const environment of await environments.living(world.db)) {
    if (environment.kind !== 'staging' && environment.kind !== 'production') continue;
    for (const order of await snapshotsDue(world, environment)) await startSnapshot(world, order);
  }
}
