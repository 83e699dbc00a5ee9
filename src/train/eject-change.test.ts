import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { git } from '../../test/support/api-rig.ts';
import { hourMs, trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { candidateNow } from '../pipeline/find-candidate.ts';
import { cancelTrain } from './cancel-train.ts';
import { ejectChanges, type Ejected } from './eject-change.ts';
import { showTrain } from './show-train.ts';
import { takeBack, takeOff } from './take-off.ts';
import { speaker } from './train.test-data.ts';
import type { Train } from './train.ts';

let rig: TrainRig;
let train: Train;
/** The commits of ann's, bob's and ann's second change, which are on board in this order. */
let made: string[] = [];

/** Each test has a train that asks for ann's and bob's words. */
function use(file: string): void {
  before(async () => {
    rig = await trainRig(file);
    for (const who of ['ann', 'bob']) await rig.person(who);
  });
  beforeEach(async () => {
    await rig.release();
    made = [
      await rig.commit({ by: 'ann', files: { 'cart.txt': `1\n${rig.now().toISOString()}\n` } }),
      await rig.commit({ by: 'bob', files: { [`redis-${rig.now().getTime()}.txt`]: 'on' } }),
      await rig.commit({ by: 'ann', files: { [`copy-${rig.now().getTime()}.txt`]: 'kind' } }),
    ];
    await rig.green();
    train = await rig.departs();
    assert.deepEqual([train.state, train.reason], ['asking', 'waits for ann, bob']);
  });
  afterEach(async () => {
    const { endedAt } = await rig.newest();
    const order = { app: rig.app, speaker: speaker('ada'), reason: 'the test is over' };
    if (endedAt === null) await cancelTrain(rig.world, order).catch(() => rig.arrive());
    rig.later(1000);
  });
  after(() => rig?.close());
}

const eject = (...changes: string[]): Promise<Ejected> =>
  ejectChanges(rig.world, { app: rig.app, by: 'bob', changes, reason: 'it is empty' });
const filesOf = async (commit: string): Promise<string[]> =>
  (await git(rig.bare, 'ls-tree', '-r', '--name-only', commit)).split('\n');
const shown = () => showTrain(rig.world, rig.app);
const onBoard = async () =>
  (await shown()).onBoard.filter(({ ejectedAt }) => ejectedAt === null).map(({ commit }) => commit);
const isIn = (commit: string, head: string): Promise<boolean> =>
  rig.world.repositories.isAncestor('shop', commit, head);

describe('a change is taken off', () => {
  use('{ departs: every hour }');

  test('by a commit of the train’s own, which is checked and built anew; the main branch keeps it', async () => {
    const [anns = '', bobs = '', last = ''] = made;
    const main = await git(rig.bare, 'rev-parse', 'main');
    const before = train.candidate ?? '';
    const ejected = await eject(bobs);
    assert.deepEqual(
      [ejected.train, ejected.changes.map(({ commit }) => commit)],
      [train.number, [bobs]],
    );
    assert.equal(await git(rig.bare, 'rev-parse', `${ejected.commit}^`), main, 'on top of it all');
    assert.equal(await git(rig.bare, 'rev-parse', 'main'), main);
    const [there, were] = [await filesOf(ejected.commit), await filesOf(main)];
    assert.deepEqual(
      were.filter((file) => !there.includes(file)).map((file) => file.slice(0, 6)),
      ['redis-'],
    );
    assert.match(
      await git(rig.bare, 'log', '-1', '--format=%B', ejected.commit),
      new RegExp(`This reverts commit ${bobs}`),
    );
    assert.deepEqual(await onBoard(), [anns, last]);
    const now = await rig.newest();
    assert.deepEqual(
      [now.state, now.candidate, now.askedAt, now.push],
      ['travelling', null, null, ejected.push],
    );
    assert.ok(rig.engine.started.some(({ id }) => id === `push-${ejected.push}`));
    await rig.look();
    assert.equal((await candidateNow(rig.db, before))?.candidate.state, 'stopped', 'the old one');
    assert.match(
      (await rig.told('train-ejected')).at(-1) ?? '',
      /^bob took .* off train \d+ of shop: it is empty;/,
    );
  });

  test('a vote is kept by those whose changes are the same, and by them alone', async () => {
    for (const who of ['ann', 'bob']) await rig.vote(who, 'good');
    await eject(made[2] ?? '');
    const { allVotes } = await shown();
    assert.deepEqual(
      allVotes.map(({ voter, via }) => [voter, via]),
      [
        ['bob', 'kept'],
        ['bob', 'api'],
        ['ann', 'api'],
      ],
    );
    assert.equal((await rig.toTheGate()).reason, 'waits for ann', 'one of hers is gone');
  });

  test('a no about it is gone with it, and the rest agrees', async () => {
    await rig.vote('ann', 'good');
    await rig.vote('bob', 'bad', { change: made[1]?.slice(0, 8) });
    assert.equal((await rig.look()).state, 'blocked');
    await eject(made[1] ?? '');
    const gone = await rig.toTheGate();
    assert.deepEqual([gone.state, gone.reason], ['releasing', 'ann said good']);
  });

  test('several at once, named in any order, and one named twice', async () => {
    const [anns = '', bobs = '', last = ''] = made;
    const ejected = await eject(anns, last.slice(0, 7), anns.slice(0, 10));
    assert.equal(ejected.changes.length, 2);
    assert.deepEqual(await onBoard(), [bobs]);
    assert.deepEqual(await git(rig.bare, 'rev-list', '--count', `main..${ejected.commit}`), '2');
  });

  test('with all of them nothing is left, and nothing has happened', async () => {
    await assert.rejects(eject(...made), { code: 'train/nothing-left' });
    await eject(made[0] ?? '');
    await assert.rejects(eject(made[0] ?? ''), { code: 'train/unknown-change' });
    await assert.rejects(eject(made[1] ?? '', made[2] ?? ''), { code: 'train/nothing-left' });
    assert.equal((await onBoard()).length, 2);
  });

  test('two at once: both are off, whoever was first', async () => {
    const [anns = '', bobs = '', last = ''] = made;
    await Promise.all([eject(anns), eject(bobs)]);
    assert.deepEqual(await onBoard(), [last]);
    const there = (await filesOf((await rig.newest()).commit)).join();
    assert.doesNotMatch(there, new RegExp(`redis-${rig.now().getTime()}`));
  });

  test('the same at once by two: one of them did, and git keeps what the train carries', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => eject(made[1] ?? '')));
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const one of tries)
      if (one.status === 'rejected')
        assert.equal((one.reason as { code?: string }).code, 'train/unknown-change');
    await git(rig.bare, 'reflog', 'expire', '--expire=now', '--all');
    await git(rig.bare, 'gc', '-q', '--prune=now');
    const { commit } = await rig.newest();
    assert.equal(await git(rig.bare, 'cat-file', '-t', commit), 'commit');
  });

  test('on its way into production nothing is taken off', async () => {
    for (const who of ['ann', 'bob']) await rig.vote(who, 'good');
    assert.equal((await rig.look()).state, 'releasing');
    await assert.rejects(eject(made[0] ?? ''), { code: 'train/has-left' });
    await rig.arrive();
    await assert.rejects(eject(made[0] ?? ''), { code: 'train/none' });
  });
});

describe('where later commits changed the same lines', () => {
  before(async () => {
    rig = await trainRig();
    await rig.release();
    made = [
      await rig.commit({ by: 'ann', files: { 'cart.txt': 'a\n' }, message: 'the cart (#1)' }),
      await rig.commit({ by: 'bob', files: { 'cart.txt': 'b\n' }, message: 'another cart (#2)' }),
      await rig.commit({ by: 'ann', files: { 'copy.txt': 'kind' }, message: 'a text (#3)' }),
    ];
    await rig.green();
    train = await rig.departs();
  });
  after(() => rig?.close());

  test('it is refused with their paths, and nothing has happened', async () => {
    await assert.rejects(eject('#1'), (error: { code?: string; why?: string }) => {
      assert.equal(error.code, 'train/cannot-eject');
      assert.match(error.why ?? '', /cart\.txt/);
      return true;
    });
    assert.deepEqual([(await rig.newest()).commit, await onBoard()], [train.commit, made]);
  });

  test('with the later ones it works', async () => {
    const { commit } = await eject('1', '2');
    assert.deepEqual(await onBoard(), [made[2]]);
    assert.equal((await filesOf(commit)).includes('cart.txt'), false);
  });
});

describe('who did not answer in time', () => {
  use('{ departs: every hour, answer-within: 30m, without-answer: leave-without }');

  test('stays behind with what is theirs; the others need not be asked again', async () => {
    await rig.vote('ann', 'good');
    rig.later(hourMs / 2);
    assert.equal((await rig.look()).state, 'travelling');
    const { onBoard: all } = await shown();
    assert.deepEqual(
      all
        .filter(({ ejectedAt }) => ejectedAt !== null)
        .map(({ commit, ejectedWhy }) => [commit, ejectedWhy]),
      [[made[1], 'no answer from bob']],
    );
    assert.equal((await rig.toTheGate()).reason, 'ann said good');
  });

  test('nobody: it is cancelled', async () => {
    rig.later(hourMs / 2);
    const { state, reason } = await rig.look();
    assert.deepEqual([state, reason], ['cancelled', 'nobody answered in time']);
  });
});

describe('the main branch takes a change back', () => {
  use('{ departs: every hour, keep-votes: none }');

  test('and the train goes on without it; nobody’s vote is kept where the file says so', async () => {
    await rig.vote('ann', 'good');
    const [, bobs = ''] = made;
    const order = { app: rig.app, speaker: await rig.as('bob'), changes: [bobs], reason: null };
    const { ejected, reverts } = await takeBack(rig.world, order);
    assert.deepEqual(
      reverts.map(({ reverts: what }) => what),
      [bobs],
    );
    const main = await git(rig.bare, 'rev-parse', 'main');
    assert.equal(main, reverts[0]?.commit);
    assert.equal(await isIn(main, ejected?.commit ?? ''), false, 'a commit of its own');
    assert.equal((await rig.toTheGate()).reason, 'waits for ann');
    await git(rig.source, 'pull', '-q', '--ff-only', rig.bare, 'main');
  });

  test('its last one: it is cancelled, and a second time nothing is reverted', async () => {
    const order = {
      app: rig.app,
      speaker: await rig.as('ann'),
      changes: made,
      reason: 'all wrong',
    };
    const { ejected, reverts } = await takeBack(rig.world, order);
    assert.deepEqual([ejected, reverts.length], [null, 3]);
    assert.deepEqual(
      [(await rig.newest()).state, (await rig.newest()).reason],
      ['cancelled', 'by ann: all wrong'],
    );
    await assert.rejects(takeBack(rig.world, order), { code: 'train/none' });
    await git(rig.source, 'pull', '-q', '--ff-only', rig.bare, 'main');
  });

  test('strangers take nothing off and nothing back', async () => {
    const order = {
      app: rig.app,
      speaker: speaker('eve'),
      changes: made.slice(0, 1),
      reason: null,
    };
    await assert.rejects(takeOff(rig.world, order), { code: 'train/not-yours' });
    await assert.rejects(takeBack(rig.world, order), { code: 'train/not-yours' });
    assert.equal((await onBoard()).length, 3);
    const manager = speaker('rita', { role: 'release-manager' });
    await takeOff(rig.world, { ...order, speaker: manager });
    assert.equal((await onBoard()).length, 2);
  });
});
