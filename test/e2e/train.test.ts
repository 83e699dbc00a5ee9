import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TrainDetails } from '../../src/api/contract/trains.ts';
import { done, trainStory, type TrainStory } from '../support/train-story.ts';

// Trains by command line alone, with the controllers' clock moved.
let story: TrainStory;
let inProduction = '';

before(async () => {
  story = await trainStory({
    train: 'approval: authors, answer-within: 45m, good-without-asking: { paths: ["docs/**"] }',
    people: { ann: 'developer', bob: 'developer', rita: 'release-manager', eve: 'developer' },
  });
});

after(() => story?.end());

const isIn =
  (...states: TrainDetails['state'][]) =>
  (train: TrainDetails): boolean =>
    states.includes(train.state);

const refused = async (person: string, args: readonly string[]): Promise<string> => {
  const { code, err } = await story.as(person).signalbox(args);
  assert.equal(code, 1, `${person} ${args.join(' ')}`);
  return err;
};

test('a green commit waits on the platform; the prognosis says who would be asked, and does nothing', async () => {
  await story.change('ann', { 'cart.txt': '1' }, 'the cart (#1)');
  const next = await done(story.as('eve'), ['train', 'next', 'shop']);
  assert.match(next, /#1 +ann +the cart/);
  assert.match(next, /Asked: ann/);
  assert.match(next, /staging → production/);
  assert.equal(await story.served('staging'), null);
  assert.match(await refused('ann', ['train', 'good', 'shop']), /No train of shop is under way/);
});

test('at its time the first one leaves, and its author lets it into production', async () => {
  await story.nextDeparture();
  const { commit } = await story.until(isIn('asking'));
  assert.equal(await story.served('staging'), commit);
  assert.equal(await story.served('production'), null);
  assert.match(await refused('eve', ['train', 'good', 'shop']), /eve is not asked/);
  const said = await done(story.as('ann'), [
    'train',
    'good',
    'shop',
    '--commit',
    commit.slice(0, 8),
  ]);
  assert.match(said, /Counted for ann\. .*everybody it asks agrees/);
  await story.until(isIn('arrived'));
  assert.equal(await story.served('production'), commit);
  inProduction = commit;
});

test('two authors: one good is not enough, a killed controller loses no vote, both together are', async () => {
  await story.change('ann', { 'cart.txt': '2' }, 'rounding in the cart (#2)');
  await story.change('bob', { 'redis.txt': '1' }, 'a client for redis (#3)');
  const newest = await story.change('eve', { 'docs/a.md': 'x' }, 'how to pay (#4)');
  await story.nextDeparture();
  const asking = await story.until(isIn('asking'));
  assert.equal(asking.commit, newest);
  assert.deepEqual(
    asking.passengers.map(({ voter, changes }) => [voter, changes]),
    [
      ['ann', ['#2']],
      ['bob', ['#3']],
    ],
  );
  await done(story.as('ann'), ['train', 'good', 'shop']);
  await story.restart();
  const waits = await story.until(({ reason }) => reason === 'waits for bob');
  assert.equal(waits.state, 'asking');
  assert.equal(await story.served('production'), inProduction);
  assert.match(
    await refused('bob', ['train', 'good', 'shop', '--commit', inProduction.slice(0, 8)]),
    /This word is about .*carries/,
  );
  await done(story.as('bob'), ['train', 'good', 'shop']);
  await story.until(isIn('arrived'));
  assert.equal(await story.served('production'), newest);
  inProduction = newest;
});

test('one no stops it; without the bad change it is built and tested anew, and the other author need not be asked again', async () => {
  await story.change('ann', { 'copy.txt': '1' }, 'a kinder text (#5)');
  await story.change('bob', { 'basket.txt': '1' }, 'a new basket (#6)');
  await story.nextDeparture();
  const before = await story.until(isIn('asking'));
  await done(story.as('ann'), ['train', 'good', 'shop']);
  await done(story.as('bob'), [
    'train',
    'bad',
    'shop',
    '--change',
    '6',
    '--reason',
    'it is empty after a reload',
  ]);
  const blocked = await story.until(isIn('blocked'));
  assert.equal(blocked.reason, 'bob said no: it is empty after a reload');
  assert.equal(await story.served('staging'), before.commit, 'it can be looked at');
  assert.equal(await story.served('production'), inProduction);
  assert.match(
    await refused('eve', ['train', 'eject', 'shop', '6']),
    /eve cannot take anything off/,
  );
  await done(story.as('bob'), ['train', 'eject', 'shop', '#6', '--reason', 'I mend it tomorrow']);
  const arrived = await story.until(isIn('arrived'));
  assert.notEqual(arrived.commit, before.commit);
  assert.equal(await story.served('production'), arrived.commit);
  assert.deepEqual(
    arrived.votes.map(({ voter, answer, via }) => [voter, answer, via]),
    [
      ['ann', 'good', 'kept'],
      ['bob', 'bad', 'api'],
      ['ann', 'good', 'api'],
    ],
  );
  inProduction = arrived.commit;
});

test('what was taken off is on the next one, and is asked about again', async () => {
  const newest = await story.change('ann', { 'copy.txt': '2' }, 'an even kinder text (#7)');
  await story.nextDeparture();
  const asking = await story.until(isIn('asking'));
  assert.equal(asking.commit, newest);
  assert.deepEqual(
    asking.passengers.map(({ voter, changes }) => [voter, changes]),
    [
      ['bob', ['#6']],
      ['ann', ['#7']],
    ],
  );
});

test('nobody answers: it is held, and a release manager forces it', async () => {
  await story.later(46 * 60_000);
  const held = await story.until(isIn('held'));
  assert.match(held.reason ?? '', /^no answer in time; waits for bob, ann$/);
  assert.match(
    await refused('eve', ['train', 'force', 'shop', '--reason', 'now']),
    /This needs the role release-manager/,
  );
  const said = await done(story.as('rita'), [
    'train',
    'force',
    'shop',
    '--reason',
    'the shop is down',
  ]);
  assert.match(said, /goes on without everybody's word/);
  const arrived = await story.until(isIn('arrived'));
  assert.equal(await story.served('production'), arrived.commit);
  inProduction = arrived.commit;
});

test('frozen, nothing leaves; what had left waits in front of production until the freeze is lifted', async () => {
  const commit = await story.change('ann', { 'price.txt': '1' }, 'prices (#8)');
  await story.nextDeparture();
  await story.until(isIn('asking'));
  await done(story.as('rita'), ['freeze', 'shop', '--until', '3d', '--reason', 'the fair']);
  await done(story.as('ann'), ['train', 'good', 'shop']);
  const agreed = await story.until(isIn('agreed'));
  assert.match(agreed.reason ?? '', /ann said good; frozen by rita until .*: the fair/);
  await story.change('bob', { 'redis.txt': '2' }, 'redis again (#9)');
  assert.match(await done(story.as('eve'), ['train', 'next', 'shop']), /kept by .*frozen by rita/);
  assert.equal(await story.served('production'), inProduction);
  await done(story.as('rita'), ['unfreeze', 'shop']);
  await story.until(({ number, state }) => number === agreed.number && state === 'arrived');
  assert.equal(await story.served('production'), commit);
  inProduction = commit;
});

test('a commit that fails its acceptance tests takes its train with it, and does not leave again', async () => {
  await story.change('bob', { broken: 'yes' }, 'broken (#10)');
  await story.nextDeparture();
  const failed = await story.until(isIn('failed'));
  assert.match(failed.reason ?? '', /staging/);
  assert.match(
    await done(story.as('eve'), ['train', 'next', 'shop']),
    /failed on train \d+, and nothing came since/,
  );
  assert.equal(await story.served('production'), inProduction);
});
