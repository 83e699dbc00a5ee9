import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { hourMs, trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { removePerson } from '../people/remove-person.ts';
import { speakerByName } from '../people/speaker.ts';
import { cancelTrain } from './cancel-train.ts';
import { delegateVote } from './delegate-vote.ts';
import { forceTrain } from './force-train.ts';
import { freezeApp, liftFreezes } from './freeze.ts';
import { holdTrain, unholdTrain } from './hold-train.ts';
import { letIn } from './let-in.ts';
import { speaker } from './train.test-data.ts';

let rig: TrainRig;

/** Each test has a train that asks ann. */
function use(file: string): void {
  before(async () => {
    rig = await trainRig(file);
    for (const who of ['ann', 'dora']) await rig.person(who);
  });
  beforeEach(async () => {
    await rig.release();
    await rig.change('ann');
    assert.equal((await rig.departs()).state, 'asking');
  });
  afterEach(async () => {
    const { endedAt, state } = await rig.newest();
    if (state === 'releasing') await rig.arrive();
    else if (endedAt === null) await cancelTrain(rig.world, by('ada'));
  });
  after(() => rig?.close());
}

const by = (name: string) => ({ app: rig.app, speaker: speaker(name), reason: `says ${name}` });
const state = async (): Promise<string> => (await rig.look()).state;
const hold = (name: string, forMs: number) => holdTrain(rig.world, { ...by(name), forMs });

describe('a hold', () => {
  use('{ departs: every hour, answer-within: 30m, without-answer: go }');

  test('keeps an agreed train until it is over, and the time to answer with it', async () => {
    await hold('eve', hourMs);
    await rig.vote('ann', 'good');
    assert.equal(await state(), 'held');
    rig.later(hourMs - 1);
    assert.equal(await state(), 'held');
    rig.later(1);
    assert.equal(await state(), 'releasing');
  });

  test('is lifted by anybody, all of them at once; where there is none that is said', async () => {
    await hold('eve', hourMs);
    await hold('ann', 2 * hourMs);
    assert.equal((await rig.look()).reason, 'held by ann: says ann; held by eve: says eve');
    await unholdTrain(rig.world, by('ann'));
    assert.equal(await state(), 'asking');
    await assert.rejects(unholdTrain(rig.world, by('ann')), { code: 'train/not-held' });
  });

  test('is a second at least and a week at most', async () => {
    for (const forMs of [0, -1, 999, 7 * 24 * hourMs + 1])
      await assert.rejects(hold('eve', forMs), { code: 'train/hold-too-long' }, `${forMs}`);
    assert.equal(await state(), 'asking');
  });

  test('nobody answers: it goes after the hold, and not before', async () => {
    await hold('eve', hourMs);
    rig.later(hourMs / 2);
    assert.equal(await state(), 'held');
    rig.later(hourMs / 2);
    assert.equal(await state(), 'releasing');
  });
});

describe('force', () => {
  use('{ departs: every hour, force-by: 2 }');

  test('needs two people where the file says so, and one who says it twice is one', async () => {
    await rig.vote('ann', 'bad');
    assert.equal((await forceTrain(rig.world, by('rita'))).missing, 1);
    const told = (await rig.told('train-forced')).length;
    assert.equal((await forceTrain(rig.world, by('rita'))).missing, 1);
    assert.equal((await rig.told('train-forced')).length, told);
    assert.equal(await state(), 'blocked');
    const nobody = { ...by('raj'), speaker: speakerByName('raj', 'admin') };
    await assert.rejects(forceTrain(rig.world, nobody), { code: 'train/no-person' });
    assert.equal((await forceTrain(rig.world, by('raj'))).missing, 0);
    assert.equal(await state(), 'releasing');
    await assert.rejects(forceTrain(rig.world, by('raj')), { code: 'train/has-left' });
  });

  test('does not go past a freeze', async () => {
    const until = new Date(rig.now().getTime() + hourMs);
    await freezeApp(rig.world, { app: rig.app, by: 'rita', until, reason: 'the fair' });
    for (const name of ['rita', 'raj']) await forceTrain(rig.world, by(name));
    assert.equal(await state(), 'agreed');
    await liftFreezes(rig.world, { app: rig.app, by: 'rita' });
    assert.equal(await state(), 'releasing');
  });
});

describe('a delegate', () => {
  use('{ departs: every hour }');

  const delegate = (who: Parameters<typeof delegateVote>[1]['speaker'], to: string) =>
    delegateVote(rig.world, { app: rig.app, speaker: who, to, forMs: hourMs, reason: null });

  test('answers for whoever named them until then', async () => {
    await delegate(await rig.as('ann'), '@dora');
    assert.deepEqual((await rig.vote('dora', 'good')).voters, ['ann']);
    assert.equal(await state(), 'releasing');
  });

  test('and not later', async () => {
    const { until } = await delegate(await rig.as('ann'), 'dora');
    assert.equal(until.getTime(), rig.now().getTime() + hourMs);
    rig.later(hourMs);
    await assert.rejects(rig.vote('dora', 'good'), { code: 'train/not-on-board' });
  });

  test('is not who is called like one that was removed', async () => {
    await delegate(await rig.as('ann'), 'dora');
    await removePerson(rig.world, 'dora');
    await rig.person('dora');
    await assert.rejects(rig.vote('dora', 'good'), { code: 'train/not-on-board' });
  });

  test('is somebody else who is known, named by somebody who is known', async () => {
    for (const to of ['ann', 'nobody', '', '@'])
      await assert.rejects(delegate(await rig.as('ann'), to), { code: 'train/unknown-delegate' });
    await assert.rejects(delegate(speakerByName('ann', 'admin'), 'dora'), {
      code: 'train/no-person',
    });
  });
});

describe('cancelled', () => {
  use('{ departs: every hour }');

  test('it goes no further, once; let in afterwards nothing happens', async () => {
    const { id, number } = await rig.newest();
    assert.deepEqual(await cancelTrain(rig.world, by('ann')), { train: number });
    await assert.rejects(cancelTrain(rig.world, by('ann')), { code: 'train/none' });
    await letIn(rig.world, id);
    const { state: ended, reason } = await rig.look();
    assert.deepEqual([ended, reason], ['cancelled', 'by ann: says ann']);
    assert.equal((await rig.told('train-cancelled')).length, 1);
  });

  test('agreed, it can be cancelled until its last stage begins; nothing else stops it', async () => {
    await rig.vote('ann', 'good');
    assert.equal(await state(), 'releasing');
    await assert.rejects(hold('ann', hourMs), { code: 'train/has-left' });
    const { number } = await rig.newest();
    assert.deepEqual(await cancelTrain(rig.world, by('ann')), { train: number });
    assert.equal((await rig.look()).state, 'cancelled');
  });

  test('not once its last stage has begun', async () => {
    await rig.vote('ann', 'good');
    assert.equal(await state(), 'releasing');
    await rig.enterProduction();
    await assert.rejects(cancelTrain(rig.world, by('ann')), { code: 'candidate/being-released' });
    assert.equal((await rig.newest()).endedAt, null);
  });
});
