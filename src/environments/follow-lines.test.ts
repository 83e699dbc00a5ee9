import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  begun,
  collect,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { publish } from '../events/publish.ts';
import { sql } from '../db/pool.ts';
import { pushes } from '../git/push.ts';
import { askForDeploy } from './ask-for-deploy.ts';
import { followPushLines } from './follow-lines.ts';
import { setSecret } from './secret.ts';

describe('the story of a push', () => {
  let rig: ApiRig;
  let appId: string;
  let head: string;
  let push: string;

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig));
    appId =
      (await sql<{ id: string }>`select id from apps`.execute(rig.world.db)).rows[0]?.id ?? '';
  });
  after(() => rig.close());
  beforeEach(async () => {
    push = await askForDeploy(rig.world, {
      appId,
      target: 'preview/x',
      branch: 'x',
      commit: head,
      by: 'ada',
    });
    rig.runtime.logs.clear();
  });

  const say = (kind: string, text: string, data: Record<string, unknown> = {}) =>
    publish(rig.world.db, { kind, text, data, app: 'shop', push });
  const end = (state: 'live' | 'failed' = 'live') =>
    pushes.end(
      rig.world.db,
      { id: push, app: 'shop' },
      state === 'live'
        ? { state, text: 'Live: http://x/', url: 'http://x/' }
        : { state, text: 'Failed: why', reason: 'why', fix: ['Mend it.'] },
    );
  const follow = (after = 0, signal = new AbortController().signal) =>
    followPushLines(rig.world, push, { after, signal });
  const print = (text: string, ended = false): void =>
    void rig.runtime.logs.set('build-1', { text: Buffer.from(text), ended });

  test('is told in its order, with the build’s log live in it, and ends with its ending', async () => {
    await say('push-begun', 'shop x at abc');
    await say('build-started', 'Building', { job: 'build-1' });
    print('$ npm ci\npart');
    const iterator = follow()[Symbol.asyncIterator]();
    const next = async () => (await iterator.next()).value?.text;
    assert.equal(await next(), 'shop x at abc');
    assert.equal(await next(), 'Building');
    assert.equal(await next(), '  $ npm ci');
    print('$ npm ci\npart two\nlast', true);
    assert.equal(await next(), '  part two');
    await say('build-ended', 'Built: 1.0 MB');
    await end();
    const rest = [];
    for (let item = await iterator.next(); !item.done; item = await iterator.next())
      rest.push(item.value);
    assert.deepEqual(
      rest.map(({ text }) => text),
      ['  last', 'Built: 1.0 MB', 'Live: http://x/'],
    );
    assert.deepEqual(rest.at(-1)?.ending, {
      state: 'live',
      succeeded: true,
      url: 'http://x/',
      reason: null,
      fix: [],
    });
  });

  test('is the same when it is read afterwards, and the log only once where its start was told twice', async () => {
    await say('build-started', 'Building', { job: 'build-1' });
    await say('build-started', 'Building', { job: 'build-1' });
    print('one\ntwo\n', true);
    await say('build-ended', 'Build failed');
    await end('failed');
    const told = await collect(follow());
    assert.deepEqual(
      told.map(({ text }) => text),
      ['Building', '  one', '  two', 'Building', 'Build failed', 'Failed: why'],
    );
    assert.deepEqual(told.at(-1)?.ending?.fix, ['Mend it.']);
  });

  test('goes on after what was seen', async () => {
    await say('push-begun', 'one');
    await say('note', 'two');
    await end();
    const all = await collect(follow());
    const rest = await collect(follow(all[0]?.id ?? 0));
    assert.deepEqual(
      rest.map(({ text }) => text),
      ['two', 'Live: http://x/'],
    );
    const nothingLeft = await collect(follow(all.at(-1)?.id ?? 0));
    assert.equal(nothingLeft.length, 1);
    assert.ok(nothingLeft[0]?.ending);
  });

  test('can do nothing to a terminal and shows no secret', async () => {
    await setSecret(rig.world.db, rig.world.key, {
      appId,
      scope: 'preview',
      name: 'KEY',
      value: 'canary-value',
      by: 'ada',
    });
    await say('build-started', 'Building', { job: 'build-1' });
    print(`\u001b[2J\u001b]0;owned\u0007key canary-value\n${'x'.repeat(10_000)}\n`, true);
    await say('build-ended', 'Build failed');
    await say('log-tail', 'first canary-value\n\u001b[31msecond');
    await end('failed');
    const told = await collect(follow());
    const texts = told.map(({ text }) => text);
    assert.equal(texts[1], '  key [KEY]');
    assert.equal(texts[2]?.length, 2004);
    assert.deepEqual(texts.slice(4, 6), ['  first [KEY]', '  second']);
    assert.deepEqual(
      told.slice(4, 6).map(({ id }) => id === null),
      [true, false],
    );
  });

  test('ends without an ending when nobody listens any more', async () => {
    await say('push-begun', 'one');
    const left = new AbortController();
    const [told] = await begun(follow(0, left.signal));
    left.abort();
    assert.deepEqual(
      ((await told) ?? []).map(({ text }) => text),
      ['one'],
    );
  });

  test('has an ending also when its events are no longer kept', async () => {
    await end();
    await sql`delete from events`.execute(rig.world.db);
    const [only, ...more] = await collect(follow());
    assert.deepEqual(
      [only?.text, only?.ending?.state, more.length],
      ['Live: http://x/', 'live', 0],
    );
  });

  test('of a push that never was is refused', async () => {
    await assert.rejects(async () => rig.handlers.followPush({ push: 'nothing' }, asking()), {
      code: 'push/unknown',
    });
  });
});
