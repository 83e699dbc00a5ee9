import type { World } from '../environments/world.ts';
import { departIfDue, startTrain } from './departures.ts';
import { endTrain, stopCandidates } from './end-train.ts';
import { platform } from './platform-tables.ts';
import { trains } from './tables.ts';
import { namedTrain, trainRun, type Train } from './train.ts';
import { wakeTrain } from './wake.ts';

/**
 * Trains whose time has come depart; one for which there is something to see looks; one whose run was lost or broke has
 * one again, or says so; candidates of ended trains go no further. Repeatable.
 */
export async function tendTrains(world: World): Promise<void> {
  const { db } = world;
  await each(world, await platform.newestOfAll(db), (newest) => departIfDue(world, newest));
  await each(world, await trains.allOpen(db), (train) => mend(world, train));
  for (const { id } of await trains.toWake(db, world.clock.now())) await wakeTrain(world, id);
  await each(world, await trains.withStrayCandidates(db), (train) =>
    stopCandidates(world, train, { but: null }),
  );
}

/** What is wrong with one app must not keep the trains of the others. */
async function each<One extends { app: string }>(
  world: Pick<World, 'log'>,
  all: readonly One[],
  act: (one: One) => Promise<void>,
): Promise<void> {
  for (const one of all)
    await act(one).catch((error: unknown) =>
      world.log(`trains: ${one.app}: ${error instanceof Error ? error.message : String(error)}`),
    );
}

async function mend(world: World, train: Train): Promise<void> {
  const state = await world.engine.state(trainRun(train.id));
  if (state === 'running') return;
  if (state === 'absent') {
    world.log(`trains: ${namedTrain(train)}: nobody saw to it`);
    return startTrain(world, train);
  }
  const now = await trains.get(world.db, train.id);
  if (!now || now.endedAt) return;
  world.log(`trains: ${namedTrain(train)}: its run broke`);
  const reason = 'Signalbox itself failed while it saw to this train';
  await endTrain(world, train, {
    state: 'failed',
    reason,
    fix: [`signalbox train depart ${train.app}`],
  });
}
