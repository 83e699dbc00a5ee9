import type { Queryable } from '../db/pool.ts';
import { wishes } from '../environments/push-tables.ts';
import { startFollowing } from '../environments/reconcile.ts';
import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { makeRevert } from '../git/make-revert.ts';
import { runGit } from '../git/repositories.ts';
import { newId } from '../kernel/id.ts';
import { changesInWords, keptVotes, passengersOf } from './consent.ts';
import * as refusals from './eject-refusals.ts';
import { findChange } from './find-change.ts';
import { changeTrain, noTrain, sayOfTrain, situationOf, type Situation } from './situation.ts';
import { changes, trains } from './tables.ts';
import {
  namedTrain,
  shortCommit,
  trainBranch,
  trainTarget,
  type Change,
  type Train,
} from './train.ts';
import { votes } from './word-tables.ts';

export interface EjectOrder {
  app: App;
  /** Who asks; the caller has seen to it that they may. */
  by: string;
  /** Each a number or the beginning of a commit. */
  changes: readonly string[];
  reason: string | null;
}

export interface Ejected {
  train: number;
  /** What the train carries now. */
  commit: string;
  /** The push that has it checked and built. */
  push: string;
  changes: Change[];
}

const mostTries = 5;

/**
 * The train goes on without some of its changes: with a commit of its own that takes them back, checked, built and
 * tested anew; the main branch keeps them, and so does the next train. Nobody's vote for the old commit counts, but those
 * of authors whose changes are the same, by policy. Killed before the commit is recorded, nothing has happened; after it,
 * the reconciler carries the push on. Refuses with `train/none`, `train/has-left`, `train/unknown-change`,
 * `train/nothing-left` and `train/cannot-eject`.
 */
export async function ejectChanges(world: World, order: EjectOrder): Promise<Ejected> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const open = await trains.open(world.db, order.app.id);
    if (!open) throw noTrain(order.app.name);
    const made = await make(world, order, open);
    const ejected = await changeTrain(world, order.app, (tx, situation, now) =>
      // Somebody else ejected something in this moment.
      situation.train.commit === open.commit
        ? record(tx, situation, { ...made, order, now })
        : Promise.resolve(null),
    );
    if (ejected === null) continue;
    await startFollowing(world, ejected.push);
    return ejected;
  }
  throw refusals.tooBusy(order.app.name);
}

interface Made {
  commit: string;
  out: Change[];
}

/** In the repository alone; nobody sees it yet. The newest change goes first, as it lies on top of the others. */
async function make(
  world: World,
  { by, reason, changes: named }: EjectOrder,
  train: Train,
): Promise<Made> {
  const situation = await situationOf(world.db, train, world.clock.now());
  const out = [...new Set(named.map((text) => findChange(situation, text)))];
  const stays = situation.onBoard.filter((one) => one.ejectedAt === null && !out.includes(one));
  if (stays.length === 0) throw refusals.nothingLeft(train);
  let onto = train.commit;
  for (const change of out.toSorted((a, b) => b.ordinal - a.ordinal)) {
    const why = `${namedTrain(train)} goes without it${reason === null ? '' : `: ${reason}`}`;
    const order = { app: train.app, commit: change.commit, onto, by, reason: why };
    const made = await makeRevert(world.repositories, order);
    if (made.kind === 'conflict') throw refusals.conflict(train, change, made.paths);
    if (made.kind === 'made') onto = made.commit;
  }
  // Nothing else refers to it: git would sweep it away. Under a name of its own, because somebody else may be making one.
  const git = ['--git-dir', world.repositories.path(train.app)];
  await runGit([...git, 'update-ref', `refs/signalbox/${trainBranch(train)}/${onto}`, onto]);
  return { commit: onto, out };
}

async function record(
  tx: Queryable,
  situation: Situation,
  { commit, out, order, now }: Made & { order: EjectOrder; now: Date },
): Promise<Ejected> {
  const { train, onBoard } = situation;
  const { by, reason } = order;
  const push = newId();
  const wish = { id: push, appId: train.appId, branch: trainBranch(train), commit, by };
  await wishes.add(tx, { ...wish, target: trainTarget, reset: null });
  await trains.carry(tx, train.id, { commit, push });
  const commits = out.map((change) => change.commit);
  await changes.eject(tx, { train: train.id, commits }, { at: now, by, why: reason });
  const left = onBoard.filter((one) => !commits.includes(one.commit));
  await keepVotes(tx, situation, { commit, left, now });
  const now2 = { ...train, commit, push };
  await sayOfTrain(tx, now2, {
    kind: 'train-ejected',
    text: `${by} took ${changesInWords(out)} off ${namedTrain(train)}${reason === null ? '' : `: ${reason}`}; ${shortCommit(commit)} is built without it`,
    data: {
      by,
      reason,
      ejected: out.map((change) => ({
        commit: change.commit,
        number: change.number,
        subject: change.subject,
      })),
    },
  });
  return { train: train.number, commit, push, changes: out };
}

async function keepVotes(
  tx: Queryable,
  { train, passengers, votes: cast }: Situation,
  { commit, left, now }: { commit: string; left: readonly Change[]; now: Date },
): Promise<void> {
  const known = passengers.flatMap(({ person }) => person ?? []);
  const after = passengersOf(left, known);
  for (const vote of keptVotes(train.settings, cast, { before: passengers, after }))
    await votes.cast(
      tx,
      { train: train.id, commit },
      { ...vote, via: 'kept', message: null, at: now },
    );
}
