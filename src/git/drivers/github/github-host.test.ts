import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hostContract } from '../../host.contract.ts';
import { githubHost } from './github-host.ts';
import { githubRig } from './github-rig.test-data.ts';

hostContract('GitHub with a token', () => githubRig('token'));
hostContract('GitHub with an app', () => githubRig('app'));

describe('what is only so at GitHub', () => {
  test('a status is cut to 140 characters without those that GitHub refuses', async () => {
    await using it = await githubRig();
    const commit = it.server.commit();
    const text = `🚦 ${'long '.repeat(60)}`;
    await it.host.status(commit, { context: 'a', state: 'pending', text, url: null });
    const shown = it.server.statuses(commit)[0]?.text ?? '';
    assert.equal(shown.length, 140);
    assert.match(shown, /^long .*…$/);
  });

  test('a status is found behind a hundred others', async () => {
    await using it = await githubRig();
    const commit = it.server.commit();
    const status = { state: 'success', text: 'fine', url: null } as const;
    for (let n = 0; n < 120; n += 1) {
      const other = { commit, context: `other ${n}`, state: 'success', description: '' };
      it.github.books.statuses.push({ ...other, target_url: null });
    }
    await it.host.status(commit, { context: 'ours', ...status });
    await it.host.status(commit, { context: 'ours', ...status });
    assert.equal(it.server.writes(), 1);
  });

  test('a status above the thousand that GitHub takes is refused in its words', async () => {
    await using it = await githubRig();
    const commit = it.server.commit();
    const one = { commit, context: 'ours', state: 'error', description: '', target_url: null };
    for (let n = 0; n < 1000; n += 1) it.github.books.statuses.push(one);
    const status = { context: 'ours', state: 'success', text: '', url: null } as const;
    await assert.rejects(it.host.status(commit, status), {
      code: 'host/refused',
      message: /maximum number of statuses/,
    });
  });

  test('a commit that GitHub does not know is refused', async () => {
    await using it = await githubRig();
    const status = { context: 'a', state: 'success', text: '', url: null } as const;
    const refused = { code: 'host/refused', message: /No commit found/ };
    await assert.rejects(it.host.status('1'.repeat(40), status), refused);
  });

  test('a comment on a request that is not there is refused, and the repository is not unknown', async () => {
    await using it = await githubRig();
    await assert.rejects(it.host.comment(99, 'hello'), { code: 'host/refused', message: /404/ });
  });

  test('comments of ours that are too many become one', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    await it.host.comment(number, 'one');
    const [first] = it.github.books.comments;
    assert.ok(first);
    it.github.books.comments.push({ ...first, id: first.id + 1 });
    await it.host.comment(number, 'two');
    assert.deepEqual(
      it.github.books.comments.map(({ id, body }) => [id, body.includes('two')]),
      [[first.id, true]],
    );
  });

  test('two calls at once leave one comment and one deployment', async () => {
    await using it = await githubRig();
    const { number, commit } = it.server.request({ branch: 'cart' });
    const live = { environment: 'staging', state: 'live', url: null } as const;
    await Promise.all([it.host.comment(number, 'one'), it.host.comment(number, 'two')]);
    await Promise.all([it.host.deployment(commit, live), it.host.deployment(commit, live)]);
    assert.equal(it.server.comments(number).length, 1);
    assert.equal(it.server.deployments().length, 1);
  });

  test('two apps of one repository have a comment each', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    const { url, token } = it.github;
    const admin = githubHost({ app: 'admin', repository: 'acme/shop', url, key: { token } });
    await it.host.comment(number, 'of shop');
    await admin.comment(number, 'of admin');
    await it.host.comment(number, 'of shop again');
    assert.equal(it.server.comments(number).length, 2);
  });

  test('a comment of any length is taken', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    await it.host.comment(number, 'x'.repeat(100_000));
    assert.equal(it.server.comments(number).length, 1);
  });

  test('strangers count neither for nor against, whatever they say', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    it.github.books.strangers.add('mallory').add('trudy');
    it.server.review(number, { by: 'mallory', says: 'approve' });
    it.server.review(number, { by: 'trudy', says: 'against' });
    const none = { request: number, approvedBy: [], against: [] };
    assert.deepEqual(await it.host.reviews(it.server.merge(number)), none);
  });

  test('an objection from before the last push still stands', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    it.server.review(number, { by: 'bob', says: 'against' });
    it.server.push(number);
    const reviews = await it.host.reviews(it.server.merge(number));
    assert.deepEqual(reviews?.against, ['bob']);
  });

  test('a request into another branch brought nothing to main', async () => {
    await using it = await githubRig();
    const { number } = it.server.request({ branch: 'cart' });
    it.server.review(number, { by: 'bob', says: 'approve' });
    for (const pull of it.github.books.pulls) pull.base = 'cart-2';
    const commit = it.server.merge(number);
    assert.equal(await it.host.reviews(commit), null);
    const { url, token } = it.github;
    const key = { token };
    const settings = { app: 'shop', repository: 'acme/shop', url, key, mainBranch: 'cart-2' };
    assert.deepEqual((await githubHost(settings).reviews(commit))?.approvedBy, ['bob']);
  });
});
