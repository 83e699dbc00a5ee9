import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { rm } from 'node:fs/promises';
import { hourMs, trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { trainRun } from './train.ts';
import { cancelTrain, departNow } from './cancel-train.ts';
import { freezeApp, liftFreezes } from './freeze.ts';
import { nextTrain } from './prognosis.ts';
import { speaker } from './train.test-data.ts';

let rig: TrainRig;

/** Each test begins with everything in production, at half past twelve on another day. */
function use(train: string): void {
  before(async () => {
    rig = await trainRig(train);
  });
  beforeEach(async () => {
    await rig.release();
    const noon = new Date(rig.now().getTime() + 24 * hourMs);
    noon.setUTCHours(12, 30, 0, 0);
    rig.later(noon.getTime() - rig.now().getTime());
  });
  after(() => rig?.close());
}

const cancel = () =>
  cancelTrain(rig.world, { app: rig.app, speaker: speaker('ada'), reason: 'the test is over' });
/** Of the trains since this one. */
const since = async (number: number) => (await rig.trains()).slice(0, -number || undefined);
const count = async () => (await rig.trains()).length;

describe('every hour', () => {
  use('{ departs: every hour, windows: { open: "Mon-Sun 06:00-22:00" } }');

  test('what is green leaves on the hour, with one train however many look', async () => {
    const before = await count();
    const commit = await rig.change('ann');
    await rig.tend();
    assert.equal(await count(), before, 'not before');
    rig.nextHour();
    await Promise.all(Array.from({ length: 8 }, () => rig.tend()));
    await rig.tend();
    const train = await rig.newest();
    assert.equal(await count(), before + 1);
    assert.deepEqual([train.commit, train.state], [commit, 'travelling']);
    assert.equal(train.plannedAt.getTime() % hourMs, 0);
    const runs = rig.engine.started.filter(({ id }) => id === trainRun(train.id));
    assert.equal(runs.length, 1);
    assert.ok(
      rig.engine.started.some(({ id }) => id === `push-${train.push}`),
      'its commit is on its way',
    );
    assert.deepEqual((await rig.told('train-departed')).length, before + 1);
    await cancel();
  });

  test('what became green after the hour waits for the next', async () => {
    const early = await rig.change('ann');
    rig.nextHour();
    rig.later(1);
    const late = await rig.change('bob');
    await rig.tend();
    assert.equal((await rig.newest()).commit, early);
    await cancel();
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.newest()).commit, late);
    await cancel();
  });

  test('no changes, no train', async () => {
    const before = await count();
    rig.nextHour();
    await rig.tend();
    assert.equal(await count(), before);
    await assert.rejects(departNow(rig.world, { app: 'shop' }), { code: 'train/nothing-new' });
  });

  test('a controller that slept for five hours sends one train, with the newest', async () => {
    const before = await count();
    await rig.change('ann');
    rig.later(hourMs);
    const newest = await rig.change('bob');
    rig.later(5 * hourMs);
    await rig.tend();
    await rig.tend();
    assert.deepEqual([await count(), (await rig.newest()).commit], [before + 1, newest]);
    await cancel();
    await rig.tend();
    assert.equal(await count(), before + 1, 'that departure had its train');
  });

  test('while one is under way the next waits, and leaves late', async () => {
    await rig.change('ann');
    rig.nextHour();
    await rig.tend();
    const first = await rig.newest();
    const second = await rig.change('bob');
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.newest()).id, first.id);
    assert.match((await nextTrain(rig.world, rig.app)).keptBy.join(), /is still under way/);
    await assert.rejects(departNow(rig.world, { app: 'shop' }), { code: 'train/under-way' });
    rig.later(hourMs / 3);
    await cancel();
    await rig.tend();
    const late = await rig.newest();
    assert.deepEqual([late.commit, late.plannedAt.getTime() % hourMs], [second, 0]);
    await cancel();
  });

  test('what failed does not leave again until something new is green, but by hand', async () => {
    const bad = await rig.change('ann');
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.fail()).state, 'failed');
    const before = await count();
    rig.nextHour();
    await rig.tend();
    assert.equal(await count(), before);
    const { keptBy } = await nextTrain(rig.world, rig.app);
    assert.match(keptBy.join(), /failed on train \d+, and nothing came since/);
    const again = await departNow(rig.world, { app: 'shop' });
    assert.equal(again.commit, bad);
    await cancel();
    const mended = await rig.change('ann');
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.newest()).commit, mended);
    await cancel();
  });

  test('frozen, it does not leave, not by hand either; thawed, it leaves at once', async () => {
    const before = await count();
    await rig.change('ann');
    const until = new Date(rig.now().getTime() + 5 * hourMs);
    await freezeApp(rig.world, { app: rig.app, by: 'rita', until, reason: 'the fair' });
    rig.nextHour();
    await rig.tend();
    await assert.rejects(departNow(rig.world, { app: 'shop' }), { code: 'train/frozen' });
    assert.equal(await count(), before);
    rig.later(1000);
    await liftFreezes(rig.world, { app: rig.app, by: 'rita' });
    await rig.tend();
    assert.equal(await count(), before + 1);
    await cancel();
  });

  test('where the window is closed it leaves when that opens; by hand it leaves at once', async () => {
    const before = await count();
    const night = new Date(rig.now());
    night.setUTCHours(22, 30, 0, 0);
    rig.later(night.getTime() - rig.now().getTime());
    await rig.change('ann');
    rig.nextHour();
    await rig.tend();
    assert.equal(await count(), before);
    const { at } = await nextTrain(rig.world, rig.app);
    assert.equal(at?.getUTCHours(), 6);
    rig.later(7 * hourMs);
    await rig.tend();
    assert.equal(await count(), before + 1);
    await cancel();
    rig.later(17 * hourMs);
    await rig.change('ann');
    assert.equal((await departNow(rig.world, { app: 'shop' })).number, before + 2);
    await cancel();
  });

  test('an app whose repository is broken keeps no other from leaving', async () => {
    await rig.change('ann');
    const other = await rig.secondApp('broken');
    await rm(rig.world.repositories.path(other), { recursive: true });
    rig.nextHour();
    const before = await count();
    await rig.tend();
    assert.equal(await count(), before + 1);
    assert.ok(rig.lines.some((line) => line.startsWith('trains: broken: ')));
    await cancel();
  });
});

describe('without a timetable', () => {
  use('{ approval: authors }');

  test('a green commit leaves at once, and once; the next when the way is free', async () => {
    const before = await count();
    const first = await rig.change('ann');
    await rig.tend();
    await rig.tend();
    assert.equal((await rig.newest()).commit, first);
    rig.later(1000);
    await rig.change('bob');
    rig.later(1000);
    const third = await rig.change('bob');
    await rig.tend();
    assert.equal(await count(), before + 1);
    await cancel();
    await rig.tend();
    assert.deepEqual([await count(), (await rig.newest()).commit], [before + 2, third]);
    await cancel();
    await rig.tend();
    assert.equal(await count(), before + 2, 'what was cancelled does not leave again');
  });
});

describe('where the next one supersedes', () => {
  use('{ departs: every hour, next: supersede }');

  test('it takes the place of one that still asks, with all that was on board', async () => {
    const before = await count();
    const first = await rig.change('ann');
    const asks = await rig.departs();
    assert.deepEqual([asks.state, asks.commit], ['asking', first]);
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.newest()).id, asks.id, 'not for the same commit');
    await rig.change('bob');
    rig.nextHour();
    await Promise.all([rig.tend(), rig.tend(), rig.tend()]);
    assert.deepEqual(await since(before), [`${before + 2} travelling`, `${before + 1} superseded`]);
    const next = await rig.toTheGate();
    assert.equal(
      next.reason,
      `waits for ann@example.com (nobody here is known by this address), bob@example.com (nobody here is known by this address)`,
    );
    await cancel();
  });

  test('not of one that is on its way into production', async () => {
    await rig.person('ann');
    await rig.change('ann');
    await rig.departs();
    await rig.vote('ann', 'good');
    const gone = await rig.look();
    assert.equal(gone.state, 'releasing');
    await rig.change('bob');
    rig.nextHour();
    await rig.tend();
    assert.equal((await rig.newest()).id, gone.id);
    assert.equal((await rig.arrive()).state, 'arrived');
    await rig.tend();
    assert.notEqual((await rig.newest()).id, gone.id);
    await cancel();
  });
});
