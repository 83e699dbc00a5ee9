import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { json } from '../../../../test/support/github-server.ts';
import { githubRig } from './github-rig.test-data.ts';

describe('patience', () => {
  test('a used-up hour is waited for where its end is near', async () => {
    await using it = await githubRig();
    const reset = Math.floor(it.github.now().getTime() / 1000) + 20;
    let refusals = 0;
    it.github.instead = () =>
      (refusals += 1) > 1
        ? undefined
        : json(403, { message: 'API rate limit exceeded for user ID 1.' }, usedUp(reset));
    assert.deepEqual(await it.host.openRequests(), []);
    assert.equal(it.pauses.length, 1);
    assert.ok(it.pauses[0] && it.pauses[0] >= 19_000 && it.pauses[0] <= 22_000);
  });

  test('while an hour is used up nothing is asked, and after it everything is', async () => {
    await using it = await githubRig();
    const reset = Math.floor(it.github.now().getTime() / 1000) + 1800;
    it.github.instead = () => json(403, { message: 'API rate limit exceeded' }, usedUp(reset));
    const refused = { code: 'host/unreachable', message: /primary rate limit is used up until 20/ };
    await assert.rejects(it.host.openRequests(), refused);
    await assert.rejects(it.host.openRequests(), refused);
    assert.equal(it.github.asked.length, 1);
    it.github.instead = () => undefined;
    it.pass(1_802_000);
    assert.deepEqual(await it.host.openRequests(), []);
    assert.deepEqual(it.pauses, []);
  });

  test('the secondary limit is a minute where it names no time', async () => {
    await using it = await githubRig('token', { patienceMs: 120_000 });
    let refusals = 0;
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes.';
    it.github.instead = () => ((refusals += 1) > 1 ? undefined : json(403, { message }));
    assert.deepEqual(await it.host.openRequests(), []);
    assert.ok(it.pauses[0] && it.pauses[0] > 59_000 && it.pauses[0] <= 60_000);
  });

  test('a 403 that is no limit is refused with the permission that is missing', async () => {
    await using it = await githubRig();
    const headers = { 'x-accepted-github-permissions': 'pull_requests=read' };
    it.github.instead = () => json(403, { message: 'Resource not accessible' }, headers);
    await assert.rejects(it.host.openRequests(), {
      code: 'host/refused',
      message: /permission pull_requests=read/,
    });
    assert.deepEqual(it.pauses, []);
  });

  test('a wish for a pause that makes no sense is a minute', async () => {
    for (const wish of ['-1', '1e9', 'soon', '999999999999999999']) {
      await using it = await githubRig();
      it.github.instead = () => json(429, { message: 'slow' }, { 'retry-after': wish });
      await assert.rejects(it.host.openRequests(), { code: 'host/unreachable' });
      assert.ok(it.pauses.reduce((sum, ms) => sum + ms, 0) <= 60_000);
    }
  });

  test('what has not changed is not counted: it is asked for by its ETag', async () => {
    await using it = await githubRig();
    it.server.request({ branch: 'cart' });
    const first = await it.host.openRequests();
    assert.deepEqual(await it.host.openRequests(), first);
    it.server.request({ branch: 'copy' });
    assert.equal((await it.host.openRequests()).length, 2);
    const answers = it.github.asked.map((line) => line.slice(-3));
    assert.deepEqual(answers, ['200', '304', '200']);
  });
});

const usedUp = (reset: number) => ({
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': String(reset),
});
