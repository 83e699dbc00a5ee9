import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { hourMs, trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { cancelTrain } from './cancel-train.ts';
import { holdTrain } from './hold-train.ts';
import { remindersAt } from './remind.ts';
import { askedAt, asking, inMinutes, settingsOf, speaker } from './train.test-data.ts';
import type { Train } from './train.ts';

const minuteMs = 60_000;

describe('when', () => {
  const times = (file: string, more: Partial<Train> = {}) =>
    remindersAt({
      train: { ...asking(settingsOf(`{ departs: every hour${file} }`)), ...more },
    }).map(({ which, at }) => [which, (at.getTime() - askedAt.getTime()) / minuteMs]);

  test('at half time and ten minutes before the end', () => {
    assert.deepEqual(times(''), [
      ['half time', 22.5],
      ['ten minutes', 35],
    ]);
    assert.deepEqual(times(', answer-within: 5h'), [
      ['half time', 150],
      ['ten minutes', 290],
    ]);
  });

  test('not before anybody was asked, and not for a train that asks nobody yet', () => {
    assert.deepEqual(times(', answer-within: 8m'), [['half time', 4]]);
    assert.deepEqual(times('', { askedAt: null, answersUntil: null }), []);
  });

  test('in working hours only: what falls outside comes when they begin, or not at all', () => {
    // Asked on a Tuesday at 14:00 UTC.
    const hours = ', windows: { open: "Mon-Fri 09:00-17:00" }';
    assert.deepEqual(times(`${hours}, answer-within: 24h`), [
      ['half time', 19 * 60],
      ['ten minutes', 24 * 60 - 10],
    ]);
    assert.deepEqual(times(`${hours}, answer-within: 12h`), []);
    assert.deepEqual(times(', windows: { open: "Tue 13:00-14:30" }'), [['half time', 22.5]]);
  });

  test('a hold moves them with the end', () => {
    assert.deepEqual(times('', { answersUntil: inMinutes(100) }), [
      ['half time', 50],
      ['ten minutes', 90],
    ]);
  });
});

describe('those who have not answered', () => {
  let rig: TrainRig;
  before(async () => {
    rig = await trainRig();
    for (const who of ['ann', 'bob']) await rig.person(who);
  });
  beforeEach(async () => {
    await rig.release();
    await rig.change('ann');
    await rig.change('bob');
    assert.equal((await rig.departs()).state, 'asking');
  });
  after(() => rig?.close());

  const end = () =>
    cancelTrain(rig.world, { app: rig.app, speaker: speaker('ada'), reason: 'the test is over' });
  const remindedAfter = async (minutes: number): Promise<string[]> => {
    const before = (await rig.told('train-reminds')).length;
    rig.later(minutes * minuteMs);
    for (let nth = 0; nth < 2; nth += 1) {
      await rig.tend();
      await rig.look();
    }
    return (await rig.told('train-reminds')).slice(before);
  };

  test('are reminded twice, each time once; those who have answered are not named', async () => {
    const { number } = await rig.newest();
    assert.deepEqual(await remindedAfter(22), []);
    await rig.vote('ann', 'good');
    assert.deepEqual(await remindedAfter(1), [
      `train ${number} of shop waits for bob; 22 minutes left`,
    ]);
    assert.deepEqual(await remindedAfter(1), []);
    assert.deepEqual(await remindedAfter(11), [
      `train ${number} of shop waits for bob; 10 minutes left`,
    ]);
    assert.deepEqual(await remindedAfter(5), []);
    assert.deepEqual(await remindedAfter(10), []);
    assert.equal((await rig.newest()).state, 'held');
    await end();
  });

  test('after a long sleep one word is enough', async () => {
    assert.equal((await remindedAfter(40)).length, 1);
    assert.deepEqual(await remindedAfter(1), []);
    await end();
  });

  test('nobody is, while it is blocked or held; a hold gives them time', async () => {
    await rig.vote('bob', 'bad');
    assert.deepEqual(await remindedAfter(25), []);
    await rig.vote('bob', 'good');
    const order = { app: rig.app, speaker: speaker('eve'), forMs: 2 * hourMs, reason: 'a look' };
    const { until } = await holdTrain(rig.world, order);
    assert.deepEqual(await remindedAfter(30), []);
    const { state, answersUntil } = await rig.newest();
    assert.deepEqual([state, answersUntil], ['held', until]);
    rig.later(90 * minuteMs);
    await rig.look();
    assert.match((await rig.newest()).reason ?? '', /^no answer in time; waits for ann$/);
    await end();
  });
});
