import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { asking } from '../../test/support/api-rig.ts';
import { deliveryRig, type DeliveryRig } from '../../test/support/delivery-rig.ts';

let rig: DeliveryRig;
before(async () => {
  rig = await deliveryRig();
});
after(() => rig.close());
afterEach(() => rig.forget());

/** Of the ten days from 2026-11-15 to 2026-11-24, at noon. */
async function measured(key: string) {
  const { measures } = await rig.handlers.getDelivery({ app: 'shop', days: 10 }, asking());
  const found = measures.find((measure) => measure.key === key);
  assert.ok(found);
  const days = found.days.filter(({ cases }) => cases > 0).map(({ day, value }) => [day, value]);
  return { value: found.value, cases: found.cases, days: Object.fromEntries(days) };
}

const minutes = (count: number): number => count * 60;
const hours = (count: number): number => count * 3600;

test('an app without production has nothing to be measured by', async () => {
  const { measures, from, to } = await rig.handlers.getDelivery(
    { app: 'shop', days: 10 },
    asking(),
  );
  assert.deepEqual(
    measures.map(({ value, cases, days }) => [value, cases, days.length]),
    [
      [null, 0, 10],
      [null, 0, 10],
      [null, 0, 10],
      [null, 0, 10],
    ],
  );
  assert.deepEqual(
    [from.toISOString(), to.toISOString()],
    ['2026-11-15T00:00:00.000Z', '2026-11-24T12:00:00.000Z'],
  );
  assert.ok(measures.every(({ formula }) => formula.length > 40));
});

test('production without a deploy in the days shown has none a day, and nothing else', async () => {
  await rig.push('a', '10-01 10:00');
  await rig.release('a', { at: '10-01 11:00' });
  assert.deepEqual(await measured('deploys'), { value: 0, cases: 0, days: {} });
  assert.equal((await measured('lead-time')).value, null);
  assert.equal((await measured('change-failures')).value, null);
});

test('the lead time is the median over pushes, each until its release had all requests', async () => {
  await rig.push('old', '10-01 10:00');
  await rig.push('a', '10-01 11:00');
  // The first release ever: what waited before it does not count, and neither does what is not shown.
  await rig.release('a', { at: '10-01 12:00' });
  await rig.push('b', '11-20 10:00');
  await rig.push('c', '11-20 11:00');
  await rig.push('d', '11-20 13:00');
  // `b` was overtaken by `c`.
  await rig.release('c', { at: '11-20 14:00' });
  await rig.release('d', { at: '11-21 13:00' });
  assert.deepEqual(await measured('lead-time'), {
    value: hours(4),
    cases: 3,
    days: { '2026-11-20': hours(3.5), '2026-11-21': hours(24) },
  });
  assert.deepEqual(await measured('deploys'), {
    value: 0.2,
    cases: 2,
    days: { '2026-11-20': 1, '2026-11-21': 1 },
  });
});

test('of the first release ever only its own push counts', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.push('b', '11-20 10:00');
  await rig.release('b', { at: '11-20 11:00' });
  assert.deepEqual(await measured('lead-time'), {
    value: hours(1),
    cases: 1,
    days: { '2026-11-20': hours(1) },
  });
});

test('days are those of UTC', async () => {
  await rig.push('a', '11-19 23:00');
  await rig.release('a', { at: '11-19 23:59' });
  await rig.push('b', '11-20 00:00');
  await rig.release('b', { at: '11-20 00:01' });
  const { days } = await measured('deploys');
  assert.deepEqual(days, { '2026-11-19': 1, '2026-11-20': 1 });
});

test('the same commit deployed again, and what a rollback starts again, are no deploys', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.release('a', { at: '11-01 11:00' });
  const old = await rig.release('a', { at: '11-20 11:00' });
  await rig.push('b', '11-20 12:00');
  const bad = await rig.release('b', { at: '11-20 13:00' });
  await rig.release('b', { at: '11-20 13:30' });
  const again = await rig.release('a', { at: '11-20 15:00' });
  await rig.rollBack({ from: bad, to: old, at: '11-20 14:00', startedBy: again });
  assert.equal((await measured('deploys')).cases, 1);
  assert.deepEqual(await measured('change-failures'), {
    value: 1,
    cases: 1,
    days: { '2026-11-20': 1 },
  });
  // Bad from 13:00 until the old release had started again.
  assert.deepEqual(await measured('restore-time'), {
    value: hours(2),
    cases: 1,
    days: { '2026-11-20': hours(2) },
  });
});

test('a release is bad from its first users until something good has all requests', async () => {
  await rig.push('a', '11-01 10:00');
  const good = await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  // A canary: 10 % at ten, rolled back before it had all.
  const canary = await rig.release('b', {
    at: null,
    usersAt: '11-20 10:00',
    endedAt: '11-20 10:30',
  });
  await rig.rollBack({ from: canary, to: good, at: '11-20 10:30' });
  await rig.push('c', '11-20 11:00');
  const fine = await rig.release('c', { at: '11-20 12:00', usersAt: '11-20 11:30' });
  await rig.push('d', '11-21 09:00');
  const bad = await rig.release('d', { at: '11-21 10:00' });
  await rig.rollBack({ from: bad, to: fine, at: '11-21 11:30' });
  assert.deepEqual(await measured('change-failures'), {
    value: 2 / 3,
    cases: 3,
    days: { '2026-11-20': 0.5, '2026-11-21': 1 },
  });
  assert.deepEqual(await measured('restore-time'), {
    value: minutes(60),
    cases: 2,
    days: { '2026-11-20': minutes(30), '2026-11-21': minutes(90) },
  });
  // `b` never had all requests before `c` did: it comes with `c`, three hours after its push.
  assert.deepEqual((await measured('lead-time')).days, {
    '2026-11-20': hours(2),
    '2026-11-21': hours(1),
  });
  assert.equal((await measured('deploys')).cases, 2);
});

test('two bad releases one after the other are restored by what neither of them is', async () => {
  await rig.push('a', '11-01 10:00');
  const good = await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  const first = await rig.release('b', { at: '11-20 10:00' });
  await rig.push('c', '11-20 10:00');
  const second = await rig.release('c', { at: '11-20 11:00' });
  await rig.rollBack({ from: second, to: first, at: '11-20 12:00' });
  await rig.rollBack({ from: first, to: good, at: '11-20 13:00' });
  assert.deepEqual(await measured('restore-time'), {
    value: hours(2.5),
    cases: 2,
    days: { '2026-11-20': hours(2.5) },
  });
});

test('a rollback that was taken back makes nothing bad', async () => {
  await rig.push('a', '11-01 10:00');
  const old = await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  const suspected = await rig.release('b', { at: '11-20 10:00' });
  await rig.rollBack({ from: suspected, to: old, at: '11-20 11:00', state: 'live' });
  await rig.rollBack({ from: old, to: suspected, at: '11-20 12:00' });
  assert.equal((await measured('change-failures')).value, 0);
  assert.equal((await measured('restore-time')).value, null);
});

test('a reverted release is bad until one after the revert; a change reverted before anybody had it is not', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  await rig.push('c', '11-20 09:30');
  await rig.release('c', { at: '11-20 10:00' });
  // It still has `b`.
  await rig.push('d', '11-20 10:30');
  await rig.release('d', { at: '11-20 11:00' });
  await rig.revert('b', '11-20 12:00');
  await rig.push('e', '11-20 12:00');
  await rig.revert('e', '11-20 12:30');
  await rig.push('f', '11-20 13:00');
  await rig.release('f', { at: '11-20 14:00' });
  assert.deepEqual(await measured('restore-time'), {
    value: hours(4),
    cases: 1,
    days: { '2026-11-20': hours(4) },
  });
  assert.equal((await measured('change-failures')).value, 1 / 3);
});

test('what was overtaken half-way is neither a deploy nor a failure', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  await rig.release('b', {
    at: null,
    usersAt: '11-20 10:00',
    endedAt: '11-20 10:10',
    state: 'superseded',
  });
  await rig.push('c', '11-20 10:00');
  await rig.release('c', { at: '11-20 11:00' });
  assert.deepEqual(await measured('change-failures'), {
    value: 0,
    cases: 1,
    days: { '2026-11-20': 0 },
  });
  assert.equal((await measured('lead-time')).cases, 2);
});

test('what is bad still is no restoration yet', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  await rig.release('b', { at: '11-20 10:00' });
  await rig.revert('b', '11-20 12:00');
  assert.equal((await measured('change-failures')).value, 1);
  assert.deepEqual(await measured('restore-time'), { value: null, cases: 0, days: {} });
});

test('what a train left behind counts with the release that brings it', async () => {
  await rig.push('a', '11-01 10:00');
  await rig.release('a', { at: '11-01 11:00' });
  await rig.push('b', '11-20 09:00');
  await rig.push('c', '11-20 10:00');
  await rig.trainRelease({ carries: 'x', boarded: 'c', ejected: 'b', at: '11-20 11:00' });
  await rig.push('d', '11-21 09:00');
  await rig.release('d', { at: '11-21 11:00' });
  assert.deepEqual(await measured('lead-time'), {
    value: hours(2),
    cases: 3,
    days: { '2026-11-20': hours(1), '2026-11-21': hours((2 + 26) / 2) },
  });
});

test('production that was made anew and failed is an outage; one that never was is not', async () => {
  await rig.failedDeploy('11-10 10:00');
  await rig.push('a', '11-16 10:00');
  await rig.release('a', { at: '11-16 11:00' });
  await rig.anotherProduction();
  await rig.failedDeploy('11-20 10:00');
  await rig.failedDeploy('11-20 10:20');
  await rig.push('b', '11-20 10:30');
  await rig.release('b', { at: '11-20 11:00' });
  assert.deepEqual(await measured('restore-time'), {
    value: hours(1),
    cases: 1,
    days: { '2026-11-20': hours(1) },
  });
});
