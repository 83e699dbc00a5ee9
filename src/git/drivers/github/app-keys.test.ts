import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { githubHost } from './github-host.ts';
import { githubRig } from './github-rig.test-data.ts';

const exchanges = (asked: readonly string[]): number =>
  asked.filter((line) => line.includes('/access_tokens')).length;

describe('a GitHub App', () => {
  test('asks for one token for everything within its hour, also at once', async () => {
    await using it = await githubRig('app');
    await Promise.all([it.host.openRequests(), it.host.openRequests(), it.host.openRequests()]);
    it.pass(50 * 60_000);
    await it.host.openRequests();
    assert.equal(exchanges(it.github.asked), 1);
  });

  test('asks for the next token before the first one ends', async () => {
    await using it = await githubRig('app');
    await it.host.openRequests();
    it.pass(59.5 * 60_000);
    await it.host.openRequests();
    assert.equal(exchanges(it.github.asked), 2);
    assert.equal(it.github.asked.filter((line) => line.endsWith(' 401')).length, 0);
  });

  test('asks for another token when its own was taken away, and writes once', async () => {
    await using it = await githubRig('app');
    const commit = it.server.commit();
    await it.host.openRequests();
    it.github.revokeTokens();
    await it.host.status(commit, { context: 'a', state: 'success', text: 'fine', url: null });
    assert.equal(it.server.statuses(commit).length, 1);
    assert.equal(exchanges(it.github.asked), 2);
    assert.deepEqual(it.pauses, []);
  });

  test('is told where it is not installed', async () => {
    await using it = await githubRig('app');
    it.breakable.forbid('seeing');
    await assert.rejects(it.host.openRequests(), {
      code: 'host/unknown-repository',
      message: /app 1001 is not installed/,
    });
  });

  test('waits for a token like for anything else', async () => {
    await using it = await githubRig('app');
    it.breakable.fail(3);
    assert.deepEqual(await it.host.openRequests(), []);
    assert.equal(it.pauses.length, 3);
  });

  test('has a number of its own as text too', async () => {
    await using it = await githubRig('app');
    const { url, app } = it.github;
    const key = { appId: String(app.appId), privateKey: app.privateKey };
    const host = githubHost({ app: 'shop', repository: 'acme/shop', url, key });
    assert.deepEqual(await host.openRequests(), []);
  });
});

describe('keys that are none', () => {
  const settings = { app: 'shop', repository: 'acme/shop', url: 'http://127.0.0.1:9' };

  test('are refused at once, and not repeated', () => {
    const secret = 'ghp_verysecret';
    for (const token of ['', ' ', `${secret} ${secret}`, `${secret}\n${secret}`, `${secret}ü`]) {
      assert.throws(
        () => githubHost({ ...settings, key: { token } }),
        (error: Error & { code?: string }) =>
          error.code === 'host/refused' && !error.message.includes(secret),
      );
    }
    const key = { appId: 7, privateKey: `-----BEGIN RSA PRIVATE KEY-----\n${secret}` };
    assert.throws(
      () => githubHost({ ...settings, key }),
      (error: Error & { code?: string }) =>
        error.code === 'host/refused' && !error.message.includes(secret),
    );
  });

  test('the line break at the end of a file is not part of a token', async () => {
    await using it = await githubRig();
    const { url, token } = it.github;
    const key = { token: `${token}\n` };
    const host = githubHost({ app: 'shop', repository: 'acme/shop', url, key });
    assert.deepEqual(await host.openRequests(), []);
  });
});
