import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { speakerByName } from '../people/speaker.ts';
import { cancelTrain } from './cancel-train.ts';
import { ejectChanges } from './eject-change.ts';
import { showTrain } from './show-train.ts';
import { speaker } from './train.test-data.ts';
import type { Train } from './train.ts';

let rig: TrainRig;
let train: Train;

before(async () => {
  rig = await trainRig();
  await rig.person('ann');
  await rig.person('bob');
  await rig.person('rita', 'release-manager');
});
after(() => rig?.close());

/** Each test has a train of ann's and bob's that asks. */
function asked(): void {
  beforeEach(async () => {
    await rig.release();
    await rig.change('ann');
    await rig.change('bob');
    train = await rig.departs();
    assert.deepEqual([train.state, train.reason], ['asking', 'waits for ann, bob']);
  });
  afterEach(async () => {
    const { endedAt, state } = await rig.newest();
    const order = { app: rig.app, speaker: speaker('ada'), reason: 'the test is over' };
    if (state === 'releasing') await rig.arrive();
    else if (endedAt === null) await cancelTrain(rig.world, order);
  });
}

const cast = async () =>
  (await showTrain(rig.world, rig.app)).allVotes
    .map(({ voter, answer, via, message }) => [voter, answer, via, message])
    .toReversed();

test('without a train under way there is nothing to vote on', async () => {
  await assert.rejects(rig.vote('ann', 'good'), { code: 'train/none' });
});

describe('votes', () => {
  asked();

  test('a message delivered twice counts once, and says so; a later word replaces it', async () => {
    const first = await rig.vote('ann', 'bad', { message: 'm1', via: 'irc' });
    assert.deepEqual([first.isNews, first.voters, first.consent.kind], [true, ['ann'], 'vetoed']);
    const told = await rig.told('train-blocked');
    assert.equal(told.at(-1), 'ann said bad: broken');
    const again = await rig.vote('ann', 'bad', { message: 'm1', via: 'irc' });
    assert.deepEqual([again.isNews, again.consent.kind], [false, 'vetoed']);
    assert.deepEqual(await rig.told('train-blocked'), told, 'nobody is told twice');
    assert.equal((await rig.look()).state, 'blocked');
    await rig.vote('ann', 'good', { message: 'm2', via: 'irc' });
    // The first message once more, from a backlog: it does not take the later word back.
    const late = await rig.vote('ann', 'bad', { message: 'm1', via: 'irc' });
    assert.deepEqual([late.isNews, late.consent.kind], [false, 'open']);
    assert.deepEqual(await cast(), [
      ['ann', 'bad', 'irc', 'm1'],
      ['ann', 'good', 'irc', 'm2'],
    ]);
    assert.equal((await rig.look()).state, 'asking');
  });

  test('two people who number their messages alike are both heard', async () => {
    assert.equal((await rig.vote('ann', 'good', { message: '1' })).isNews, true);
    const bobs = await rig.vote('bob', 'good', { message: '1' });
    assert.deepEqual([bobs.isNews, bobs.consent.kind], [true, 'agreed']);
  });

  test('for another commit it is refused, for the beginning of this one it counts', async () => {
    const other = { commit: rig.first.slice(0, 8) };
    await assert.rejects(rig.vote('ann', 'good', other), { code: 'train/other-commit' });
    assert.deepEqual(await cast(), []);
    await rig.vote('ann', 'good', { commit: train.commit.slice(0, 6).toUpperCase() });
    assert.deepEqual(await cast(), [['ann', 'good', 'api', null]]);
  });

  test('what was said of a commit counts for it alone; heard again after that it still counts once', async () => {
    const { commit } = train;
    await rig.vote('ann', 'good', { message: 'm3', commit });
    const [, bobs] = (await showTrain(rig.world, rig.app)).onBoard;
    const changes = [bobs?.commit ?? ''];
    await ejectChanges(rig.world, { app: rig.app, by: 'bob', changes, reason: null });
    const retried = await rig.vote('ann', 'good', { message: 'm3', commit });
    assert.equal(retried.isNews, false);
    await assert.rejects(rig.vote('ann', 'good', { message: 'm4', commit }), {
      code: 'train/other-commit',
    });
    const gone = await rig.toTheGate();
    assert.deepEqual([gone.state, gone.reason], ['releasing', 'ann said good'], 'it was kept');
  });

  test('a no needs a reason, and a change it names is on board', async () => {
    await assert.rejects(rig.vote('ann', 'bad', { reason: null }), {
      code: 'train/reason-missing',
    });
    for (const text of ['#4711', 'cafe', '', "'; drop table trains; --"])
      await assert.rejects(rig.vote('ann', 'bad', { change: text }), {
        code: 'train/unknown-change',
      });
    assert.deepEqual(await cast(), []);
    const said = await rig.vote('bob', 'bad', { change: train.commit.slice(0, 7) });
    assert.ok(said.consent.kind === 'vetoed' && said.consent.change === train.commit);
  });

  test('strangers, tokens called like a person and people with an unknown address have no vote', async () => {
    const strangers = [
      speaker('eve'),
      speakerByName('ann', 'admin'),
      speakerByName('ann@example.com.evil.example', 'developer'),
      speaker('ANN', { emails: [] }),
    ];
    for (const stranger of strangers)
      await assert.rejects(rig.vote(stranger, 'good'), { code: 'train/not-on-board' });
    assert.deepEqual(await cast(), []);
    const token = speakerByName('Ann@Example.com', 'viewer');
    assert.deepEqual((await rig.vote(token, 'good')).voters, ['ann'], 'called like an address');
  });

  test('twenty at once, each message twice, are ten votes and one decision', async () => {
    const voices = Array.from({ length: 20 }, (_, nth) =>
      rig.vote(nth % 2 === 0 ? 'ann' : 'bob', 'good', { message: `c${nth % 10}`, via: 'slack' }),
    );
    const heard = await Promise.all(voices);
    assert.equal(heard.filter(({ isNews }) => isNews).length, 10);
    assert.equal((await cast()).length, 10);
    assert.ok(heard.some(({ consent }) => consent.kind === 'agreed'));
  });
});

describe('a no in the moment of departure', () => {
  asked();

  for (let round = 1; round <= 6; round += 1)
    test(`either blocks it or comes too late, never both (${round})`, async () => {
      await rig.vote('ann', 'good');
      await rig.vote('bob', 'good');
      const [no] = await Promise.allSettled(
        round % 2 === 0
          ? [rig.vote('bob', 'bad'), rig.look()]
          : [rig.look().then(() => rig.vote('bob', 'bad')), rig.vote('ann', 'good')],
      );
      const { state } = await rig.look();
      if (no?.status === 'rejected') {
        assert.equal((no.reason as { code?: string }).code, 'train/has-left');
        assert.equal(state, 'releasing');
      } else assert.equal(state, 'blocked');
    });
});

describe('people in charge', () => {
  asked();

  test('a release manager who is not on board may stop it, and lift that again', async () => {
    const stopped = await rig.vote('rita', 'bad');
    assert.deepEqual([stopped.voters, stopped.consent.kind], [['rita'], 'vetoed']);
    assert.equal((await rig.look()).state, 'blocked');
    const lifted = await rig.vote('rita', 'good');
    assert.equal(lifted.consent.kind, 'open', 'their good is nobody else’s');
    assert.equal((await rig.look()).reason, 'waits for ann, bob');
  });
});
