import type { World } from '../environments/world.ts';
import { findApp, type App } from '../git/app.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Speaker } from '../people/person.ts';
import { stopCandidate } from '../pipeline/stop-candidate.ts';
import { boardingAt, depart } from './departures.ts';
import { endItsRow, stopCandidates } from './end-train.ts';
import { freezesOf } from './freeze.ts';
import { changeTrain } from './situation.ts';
import { trains } from './tables.ts';
import { namedTrain, type Train } from './train.ts';

/** The train goes no further; what is on board is on the next one. Refuses with `train/none`, `train/has-left`. */
export async function cancelTrain(
  world: World,
  { app, speaker, reason }: { app: App; speaker: Speaker; reason: string },
): Promise<{ train: number }> {
  const open = await trains.open(world.db, app.id);
  // Once its last stage has begun this refuses; before, it may wait in front of a locked lane for ever.
  if (open?.state === 'releasing' && open.candidate !== null)
    await stopCandidate(world, { candidate: open.candidate, by: speaker.name, reason });
  const train = await changeTrain(
    world,
    app,
    async (tx, situation, at) => {
      const why = `by ${speaker.name}: ${reason}`;
      await endItsRow(tx, situation.train, { state: 'cancelled', reason: why, at });
      return situation.train;
    },
    { alsoLeaving: open?.state === 'releasing' },
  );
  await stopCandidates(world, train, { but: null });
  return { train: train.number };
}

/**
 * A train leaves at once, off the timetable and outside its windows. Refuses with `train/under-way`, `train/nothing-new`
 * and `train/frozen`.
 */
export async function departNow(world: World, { app: name }: { app: string }): Promise<Train> {
  const app = await findApp(world.db, name);
  const now = world.clock.now();
  const [freeze] = await freezesOf(world.db, app.id, now);
  if (freeze) throw frozen(name, freeze);
  const open = await trains.open(world.db, app.id);
  if (open) throw underWay(open);
  const boarding = await boardingAt(world, app.id, { greenAt: now, byHand: true });
  if (boarding.kind === 'stays') throw nothingNew(name, boarding.why);
  const train = await depart(world, { boarding, plannedAt: now, instead: null });
  if (train) return train;
  throw underWay((await trains.open(world.db, app.id)) ?? { app: name, number: 0 });
}

const underWay = (train: Pick<Train, 'app' | 'number'>): SignalboxError =>
  new SignalboxError({
    code: 'train/under-way',
    what: `${namedTrain(train)} is still under way; an app has one train at a time.`,
    fix: [`signalbox train ${train.app}`, `signalbox train cancel ${train.app} --reason "…"`],
  });

const nothingNew = (app: string, why: string): SignalboxError =>
  new SignalboxError({
    code: 'train/nothing-new',
    what: `No train of ${app} leaves: ${why}.`,
    fix: [
      `signalbox train next ${app}`,
      `Push to its main branch, with a train section in signalbox.yaml.`,
    ],
  });

const frozen = (app: string, freeze: { by: string; reason: string; until: Date }): SignalboxError =>
  new SignalboxError({
    code: 'train/frozen',
    what: `${app} is frozen until ${freeze.until.toISOString()}.`,
    why: `${freeze.by}: ${freeze.reason}.`,
    fix: [`signalbox unfreeze ${app}`],
  });
