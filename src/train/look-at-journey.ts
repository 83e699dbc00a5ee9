import type { World } from '../environments/world.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import { endTrain, stopCandidates, type TrainEnding } from './end-train.ts';
import { trains } from './tables.ts';
import type { Train } from './train.ts';

/** The duty wakes a train when there is something to see; looking by itself only bounds what is lost with a nudge. */
export const lookAnywayMs = 600_000;

export type Look<Seen extends string> = { kind: 'wait'; until: number } | { kind: Seen };

export const waiting = (): { kind: 'wait'; until: number } => ({
  kind: 'wait',
  until: Date.now() + lookAnywayMs,
});

/**
 * How far the train has come on its way to the last stage: 'there' when that asks for the authors' word. A candidate or
 * a build that ends badly ends the train. Repeatable.
 */
export async function lookAtJourney(world: World, id: string): Promise<Look<'there' | 'ended'>> {
  const train = await trains.get(world.db, id);
  if (!train || train.endedAt) return { kind: 'ended' };
  await stopCandidates(world, train, { but: train.candidate });
  const ending = train.candidate === null ? await buildEnding(world, train) : null;
  if (ending) {
    await endTrain(world, train, ending);
    return { kind: 'ended' };
  }
  if (train.candidate === null) return waiting();
  return lookAtCandidate(world, train, train.candidate);
}

/** Of the commit that is being checked and built for it; null: it has not ended. */
async function buildEnding(world: World, { push }: Train): Promise<TrainEnding | null> {
  const ended = await trains.buildEnding(world.db, push);
  if (!ended) return null;
  const { state, fix } = ended;
  const reason = ended.reason ?? 'its commit could not be built';
  return { state: state === 'failed' ? 'failed' : 'cancelled', reason, fix };
}

async function lookAtCandidate(
  world: World,
  train: Train,
  id: string,
): Promise<Look<'there' | 'ended'>> {
  const now = await candidateNow(world.db, id);
  if (!now) return waiting();
  if (now.candidate.endedAt) {
    await endTrain(world, train, candidateEnding(now));
    return { kind: 'ended' };
  }
  const last = now.stages.at(-1);
  if (last?.state === 'asking' || last?.state === 'running') return { kind: 'there' };
  return waiting();
}

type Now = NonNullable<Awaited<ReturnType<typeof candidateNow>>>;

export function candidateEnding({ candidate, stages }: Now): TrainEnding {
  const { state, reason } = candidate;
  if (state === 'released') return { state: 'arrived', reason: null };
  if (state === 'failed') {
    const fix = stages.find((stage) => stage.state === 'failed' && !stage.optional)?.fix ?? [];
    return { state: 'failed', reason, fix };
  }
  return { state: 'cancelled', reason: reason ?? state };
}

/** Whether what it carried into its last stage serves by now, or never will. Repeatable. */
export async function lookAtArrival(world: World, id: string): Promise<Look<'ended'>> {
  const train = await trains.get(world.db, id);
  if (!train || train.endedAt || train.candidate === null) return { kind: 'ended' };
  const now = await candidateNow(world.db, train.candidate);
  if (!now?.candidate.endedAt) return waiting();
  await endTrain(world, train, candidateEnding(now));
  return { kind: 'ended' };
}
