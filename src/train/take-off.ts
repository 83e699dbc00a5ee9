import type { World } from '../environments/world.ts';
import type { App } from '../git/app.ts';
import { mayDo } from '../kernel/role.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { revertCommit, type MadeRevert } from '../pipeline/revert-commit.ts';
import { cancelTrain } from './cancel-train.ts';
import { ejectChanges, type Ejected } from './eject-change.ts';
import { findChange } from './find-change.ts';
import { noTrain, situationOf } from './situation.ts';
import { trains } from './tables.ts';
import { namedTrain, type Change, type Train } from './train.ts';
import { isOneself } from './who-may-vote.ts';

export interface TakeOffOrder {
  app: App;
  speaker: Speaker;
  /** Each a number or the beginning of a commit. */
  changes: readonly string[];
  reason: string | null;
}

/**
 * Changes are taken off the train by somebody on board, by the owners' team or a release manager; see ejectChanges.
 * Refuses with `train/not-yours` too.
 */
export async function takeOff(world: World, order: TakeOffOrder): Promise<Ejected> {
  await refuseStrangers(world, order);
  const { app, speaker, changes, reason } = order;
  return ejectChanges(world, { app, by: speaker.name, changes, reason });
}

/**
 * The main branch takes changes back, so that no later train brings them, and the train goes on without them; it is
 * cancelled where nothing else is on board (`ejected` is null then). Repeatable. Refuses as takeOff and revertCommit do.
 */
export async function takeBack(
  world: World,
  order: TakeOffOrder,
): Promise<{ ejected: Ejected | null; reverts: MadeRevert[] }> {
  await refuseStrangers(world, order);
  const { app, speaker, reason } = order;
  const reverts: MadeRevert[] = [];
  for (const { commit } of (await meant(world, order)).toReversed()) {
    const wish = { app, commit, by: speaker.name, reason };
    const made = await revertCommit(world, wish).catch(unless('revert/done-before'));
    if (made) reverts.push(made);
  }
  const ejected = await takeOff(world, order).catch(unless('train/nothing-left'));
  if (ejected === null)
    await cancelTrain(world, { app, speaker, reason: reason ?? 'its only change is taken back' });
  return { ejected, reverts };
}

const unless =
  (code: string) =>
  (error: unknown): null => {
    if (error instanceof SignalboxError && error.code === code) return null;
    throw error;
  };

async function meant(world: World, { app, changes }: TakeOffOrder): Promise<Change[]> {
  const train = await trains.open(world.db, app.id);
  if (!train) throw noTrain(app.name);
  const situation = await situationOf(world.db, train, world.clock.now());
  return changes
    .map((text) => findChange(situation, text))
    .toSorted((a, b) => a.ordinal - b.ordinal);
}

async function refuseStrangers(
  world: World,
  { app, speaker, changes }: TakeOffOrder,
): Promise<void> {
  if (mayDo(speaker.role, 'release-manager')) return;
  const train = await trains.open(world.db, app.id);
  if (!train) throw noTrain(app.name);
  const situation = await situationOf(world.db, train, world.clock.now());
  for (const text of changes) findChange(situation, text);
  const { owners } = train.settings;
  const isOnBoard = situation.passengers.some((one) => isOneself(one, speaker));
  if (!isOnBoard && !(owners !== null && speaker.teams.includes(owners)))
    throw notYours(train, speaker);
}

const notYours = (train: Train, speaker: Speaker): SignalboxError =>
  new SignalboxError({
    code: 'train/not-yours',
    what: `${speaker.name} cannot take anything off ${namedTrain(train)}.`,
    why: 'Those on board, the owners and release managers can.',
    fix: [
      `Hold it until they have looked: signalbox train hold ${train.app} --for 30m --reason "…"`,
    ],
  });
