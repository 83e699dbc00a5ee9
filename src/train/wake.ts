import type { World } from '../environments/world.ts';
import { goOnTopic, trainRun } from './train.ts';
import { trains } from './tables.ts';

type Needs = Pick<World, 'db' | 'engine'>;

/** The train looks how it is doing. Carries no truth; harmless when it has ended. Repeatable. */
export async function wakeTrain({ engine }: Pick<Needs, 'engine'>, train: string): Promise<void> {
  await engine.nudge(trainRun(train), goOnTopic);
}

/** For whoever changes what an app's train waits for; it would see it by itself, but later. */
export async function wakeTrains(world: Needs, appId: string): Promise<void> {
  const open = await trains.open(world.db, appId);
  if (open) await wakeTrain(world, open.id);
}
