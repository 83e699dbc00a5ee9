import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { answerGate } from '../pipeline/answer-gate.ts';
import { trains } from './tables.ts';
import { namedTrain } from './train.ts';

/** The candidate of an agreed train may begin its last stage. Repeatable; harmless when it has ended meanwhile. */
export async function letIn(world: World, id: string): Promise<void> {
  const train = await trains.get(world.db, id);
  if (!train?.candidate || train.endedAt) return;
  const order = { candidate: train.candidate, by: namedTrain(train), note: train.reason };
  await answerGate(world, { ...order, answer: 'approve', forTrain: true }).catch(
    (error: unknown) => {
      // Answered before, or ended: whoever looks at its arrival sees it.
      if (!(error instanceof SignalboxError) || error.code !== 'gate/not-asking') throw error;
    },
  );
}
