import type { World } from '../environments/world.ts';
import { candidateRun, goOnTopic } from './candidate.ts';
import { candidates } from './tables.ts';

type Needs = Pick<World, 'db' | 'engine'>;

/** The candidate looks whether it may go on. Carries no truth; harmless when it has ended. Repeatable. */
export async function wake({ engine }: Pick<Needs, 'engine'>, candidate: string): Promise<void> {
  await engine.nudge(candidateRun(candidate), goOnTopic);
}

/** For whoever lifts what keeps an app's candidates waiting; they would see it by themselves, but up to ten minutes later. */
export async function wakeCandidates(world: Needs, appId: string): Promise<void> {
  for (const { id } of await candidates.openOf(world.db, appId)) await wake(world, id);
}
