import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import { stopCandidate } from '../pipeline/stop-candidate.ts';
import { sayOfTrain } from './situation.ts';
import { changes, trains } from './tables.ts';
import { namedTrain, shortCommit, type Train, type TrainState } from './train.ts';

export interface TrainEnding {
  state: Extract<TrainState, 'arrived' | 'failed' | 'cancelled' | 'superseded'>;
  reason: string | null;
  fix?: readonly string[];
}

/** The train's last word, told to those on board. The first ending counts. Repeatable. */
export async function endTrain(world: World, train: Train, ending: TrainEnding): Promise<void> {
  await inTransaction(world.db, (tx) => endItsRow(tx, train, { ...ending, at: world.clock.now() }));
  await stopCandidates(world, train, { but: null });
}

/** Its row alone; whoever calls it stops its candidates. Ends with the transaction. */
export async function endItsRow(
  tx: Queryable,
  train: Train,
  { state, reason, fix = [], at }: TrainEnding & { at: Date },
): Promise<void> {
  if (!(await trains.end(tx, train.id, { state, reason, at }))) return;
  const onBoard = await changes.of(tx, train.id);
  const there = onBoard.filter(({ ejectedAt }) => ejectedAt === null);
  const to = [...new Set(there.flatMap(({ authors }) => authors.map(({ email }) => email)))];
  const why = reason === null ? '' : `: ${reason}`;
  await sayOfTrain(tx, train, {
    kind: `train-${state}`,
    text: `${namedTrain(train)} ${endWords[state]} with ${shortCommit(train.commit)}${why}`,
    data: {
      state,
      reason,
      fix,
      to,
      changes: there.map(({ commit, number, subject }) => ({ commit, number, subject })),
    },
  });
}

const endWords: Record<TrainEnding['state'], string> = {
  arrived: 'has arrived in production',
  failed: 'failed',
  cancelled: 'was cancelled',
  superseded: 'gave way to the next one',
};

/** What it does not carry any more goes no further. Repeatable; one that has begun its last stage is left alone. */
export async function stopCandidates(
  world: World,
  train: Pick<Train, 'id' | 'app' | 'number'>,
  { but }: { but: string | null },
): Promise<void> {
  for (const { candidate } of await trains.candidates(world.db, train.id)) {
    if (candidate === but) continue;
    const now = await candidateNow(world.db, candidate);
    if (!now || now.candidate.endedAt) continue;
    const order = {
      candidate,
      by: namedTrain(train),
      reason: 'the train does not carry it any more',
    };
    await stopCandidate(world, order).catch(unlessRefused);
  }
}

/** It ended in this moment, or is on its way into production. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof SignalboxError)) throw error;
}
