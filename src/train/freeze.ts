import { inTransaction, type Queryable } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { publish } from '../events/publish.ts';
import type { App } from '../git/app.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { freezes, type Freeze } from './freeze-tables.ts';
import { shownInstant } from './local-time.ts';
import { timezoneOfApp } from './timezone-of-app.ts';
import { wakeTrains } from './wake.ts';

type Needs = Pick<World, 'db' | 'engine' | 'clock'>;
type Frozen = Pick<App, 'id' | 'name'>;

/**
 * No train of the app goes to production until then; it comes on top of other freezes. Asked for a second time with the
 * same words, nothing is added. Refuses with `freeze/in-the-past`.
 */
export async function freezeApp(
  world: Needs,
  { app, by, until, reason }: { app: Frozen; by: string; until: Date; reason: string },
): Promise<Freeze> {
  const now = world.clock.now();
  const shown = shownInstant(until, await timezoneOfApp(world, app.id));
  if (until <= now) throw inThePast(app, shown);
  const freeze = { id: newId(), reason, by, at: now, until };
  const added = await inTransaction(world.db, async (tx) => {
    const added = await freezes.add(tx, app.id, freeze);
    if (added === null) return null;
    const text = `No train of ${app.name} goes to production until ${shown}, says ${by}: ${reason}`;
    const data = { by, reason, freeze: freeze.id, until: until.toISOString() };
    await publish(tx, { kind: 'freeze-begun', app: app.name, text, data });
    return added;
  });
  await wakeTrains(world, app.id);
  return added ?? sameFreeze(await freezes.of(world.db, app.id, now), freeze);
}

/** Those in force, the one that lasts longest first; none: trains may go to production. */
export const freezesOf = (db: Queryable, appId: string, now: Date): Promise<Freeze[]> =>
  freezes.of(db, appId, now);

/** Trains may go to production again. Returns what was lifted, all of them. Refuses with `freeze/none`. */
export async function liftFreezes(
  world: Needs,
  { app, by }: { app: Frozen; by: string },
): Promise<Freeze[]> {
  const lifted = await inTransaction(world.db, async (tx) => {
    const lifted = await freezes.lift(tx, app.id, { at: world.clock.now(), by });
    if (lifted.length === 0) throw notFrozen(app);
    const why = lifted.map(({ by, reason }) => `${by}: ${reason}`).join('; ');
    const text = `${app.name} may go to production again, says ${by}. It was frozen by ${why}`;
    const data = { by, freezes: lifted.map(({ id }) => id) };
    await publish(tx, { kind: 'freeze-lifted', app: app.name, text, data });
    return lifted;
  });
  await wakeTrains(world, app.id);
  return lifted;
}

/** Lifted in the meantime, it is as it was asked for. */
const sameFreeze = (inForce: readonly Freeze[], wanted: Freeze): Freeze =>
  inForce.find(
    ({ by, reason, until }) =>
      by === wanted.by && reason === wanted.reason && until.getTime() === wanted.until.getTime(),
  ) ?? wanted;

const inThePast = (app: Frozen, shown: string): SignalboxError =>
  new SignalboxError({
    code: 'freeze/in-the-past',
    what: `${app.name} is not frozen: ${shown} has passed.`,
    why: 'A freeze begins when you ask for it, and ends later.',
    fix: [
      `signalbox freeze ${app.name} --until tomorrow --reason "…"`,
      'Add the day, or the offset of your time zone: --until 2026-12-24T18:00+01:00',
    ],
  });

const notFrozen = (app: Frozen): SignalboxError =>
  new SignalboxError({
    code: 'freeze/none',
    what: `There is nothing to lift: ${app.name} is not frozen.`,
    fix: [`See what else keeps its train: signalbox train next ${app.name}`],
  });

export type { Freeze } from './freeze-tables.ts';
