import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import type { App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { people } from '../people/person.ts';
import { passengersOf, type Passenger } from './consent.ts';
import { changes, trains } from './tables.ts';
import { namedTrain, shortCommit, type Change, type Train } from './train.ts';
import { wakeTrain } from './wake.ts';
import {
  delegations,
  forces,
  holds,
  votes,
  type Delegation,
  type Force,
  type Hold,
  type Vote,
} from './word-tables.ts';

/** A train and everything that was said about the commit it carries. */
export interface Situation {
  train: Train;
  /** Also those that were ejected. */
  onBoard: Change[];
  passengers: Passenger[];
  votes: Vote[];
  forces: Force[];
  holds: Hold[];
  delegations: Delegation[];
}

/** Reads only; in a transaction with the train's row locked nothing changes meanwhile. */
export async function situationOf(on: Queryable, train: Train, now: Date): Promise<Situation> {
  const onBoard = await changes.of(on, train.id);
  const emails = onBoard.flatMap(({ authors }) => authors.map(({ email }) => email));
  const ballot = { train: train.id, commit: train.commit };
  return {
    train,
    onBoard,
    passengers: passengersOf(onBoard, await people.byEmails(on, emails)),
    votes: await votes.of(on, ballot),
    forces: await forces.of(on, ballot),
    holds: await holds.open(on, train.id, now),
    delegations: await delegations.open(on, train.appId, now),
  };
}

/**
 * Changes something about the train of an app that is under way, with its row locked; it looks at once what that means
 * for it. Refuses with `train/none` and, in its last stage, with `train/has-left`.
 */
export async function changeTrain<T>(
  world: Pick<World, 'db' | 'engine' | 'clock'>,
  app: Pick<App, 'id' | 'name'>,
  act: (tx: Queryable, situation: Situation, now: Date) => Promise<T>,
  { alsoLeaving = false }: { alsoLeaving?: boolean } = {},
): Promise<T> {
  const now = world.clock.now();
  const open = await trains.open(world.db, app.id);
  if (!open) throw noTrain(app.name);
  const done = await inTransaction(world.db, async (tx) => {
    const train = await trains.lock(tx, open.id);
    if (!train || train.endedAt) throw noTrain(app.name);
    if (train.state === 'releasing' && !alsoLeaving) throw hasLeft(train);
    return act(tx, await situationOf(tx, train, now), now);
  });
  await wakeTrain(world, open.id);
  return done;
}

/** Tells onlookers; whoever must know is named in `to` by name or address. */
export async function sayOfTrain(
  on: Queryable,
  train: Pick<Train, 'app' | 'number' | 'commit' | 'push'>,
  said: { kind: `train-${string}`; text: string; data?: Record<string, unknown> },
): Promise<void> {
  const { app, number, commit, push } = train;
  await publish(on, { ...said, app, push, data: { train: number, commit, ...said.data } });
}

export const noTrain = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'train/none',
    what: `No train of ${app} is under way.`,
    fix: [`signalbox train next ${app}`, `signalbox train ${app}`],
  });

const hasLeft = (train: Train): SignalboxError =>
  new SignalboxError({
    code: 'train/has-left',
    what: `${namedTrain(train)} has left for production with ${shortCommit(train.commit)}.`,
    why: 'From here on evidence decides, or a rollback.',
    fix: [
      `signalbox rollback ${train.app}/production`,
      `Where its last stage has not begun: signalbox train cancel ${train.app} --reason "…"`,
      `signalbox rollout ${train.app}/production`,
    ],
  });
