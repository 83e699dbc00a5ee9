import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { json, type RawAnswer } from '../../../../test/support/github-server.ts';
import { githubHost } from './github-host.ts';
import { githubRig } from './github-rig.test-data.ts';

const unreachable = { code: 'host/unreachable' };

describe('answers that are not GitHub’s', () => {
  const type = { 'content-type': 'application/json' };
  const strange: [string, RawAnswer][] = [
    ['a page in HTML', { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' }],
    ['broken JSON', { status: 200, headers: type, body: '[{"number": 1' }],
    ['nothing at all', { status: 200, headers: type, body: '' }],
    ['no content', { status: 204, body: '' }],
    ['bytes', { status: 200, headers: { 'content-type': 'image/png' }, body: Buffer.from([0xff]) }],
    ['a nameless type', { status: 200, headers: { 'content-type': ';;;' }, body: '[]' }],
    ['an object for a list', json(200, { number: 1 })],
    ['a list of others', json(200, [null, 7, 'x'])],
    ['a request without its parts', json(200, [{ number: 1, title: 'x' }])],
    ['a request with wrong types', json(200, [{ number: '1', title: 1, html_url: [] }])],
    ['a 304 nobody asked for', { status: 304, body: '' }],
    ['brackets without end', { status: 200, headers: type, body: '['.repeat(500_000) }],
  ];

  for (const [name, answer] of strange) {
    test(`${name}: refused with words, and not asked for again`, async () => {
      await using it = await githubRig();
      it.github.instead = () => answer;
      await assert.rejects(it.host.openRequests(), (error: Error & { code?: string }) =>
        /^host\/(unreachable|refused)$/.test(error.code ?? ''),
      );
      assert.deepEqual(it.pauses, []);
      assert.equal(it.github.asked.length, 1);
    });
  }

  test('an answer without end is cut off', async () => {
    await using it = await githubRig();
    let sent = 0;
    it.github.instead = () => ({ status: 200, headers: type, body: endless() });
    await assert.rejects(it.host.openRequests(), { ...unreachable, message: /larger than any/ });
    assert.ok(sent < 200);

    async function* endless() {
      for (;;) {
        sent += 1;
        yield Buffer.alloc(1024 * 1024, 0x20);
      }
    }
  });

  test('a list without end is given up', async () => {
    await using it = await githubRig();
    let page = 1;
    it.github.instead = () => {
      page += 1;
      return json(200, [], { link: `<${it.github.url}/more?page=${page}>; rel="next"` });
    };
    await assert.rejects(it.host.openRequests(), { ...unreachable, message: /does not end/ });
    assert.ok(it.github.asked.length <= 200);
  });

  test('no answer in time is no answer', async () => {
    await using it = await githubRig('token', { timeoutMs: 50, patienceMs: 2000 });
    it.github.instead = () => ({ status: 200, headers: type, body: never() });
    await assert.rejects(it.host.openRequests(), { ...unreachable, message: /No answer/ });
    assert.ok(it.pauses.length > 0);
  });

  test('nobody there is no answer', async () => {
    await using it = await githubRig();
    await it.close();
    await assert.rejects(it.host.openRequests(), { ...unreachable, message: /No answer/ });
  });

  test('words of a server are shown in one line without the token', async () => {
    await using it = await githubRig();
    const message = `No,\u001b[31m\n\u202e ${it.github.token} ${'x'.repeat(5000)}`;
    it.github.instead = () => json(422, { message });
    await assert.rejects(it.host.openRequests(), (error: Error & { why?: string }) => {
      assert.match(error.why ?? '', /^It answered with 422: No, \[31m … x+…$/);
      assert.ok((error.why ?? '').length < 400);
      return !JSON.stringify([error, error.message, error.stack]).includes(it.github.token);
    });
  });
});

describe('answers that lead elsewhere', () => {
  test('the token does not follow a page or a redirect to another server', async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(String(request.headers.authorization));
      response.end('[]');
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const there = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/api/v3/x`;
    await using it = await githubRig();
    it.github.instead = () => json(200, [], { link: `<${there}>; rel="next"` });
    await assert.rejects(it.host.openRequests(), unreachable);
    it.github.instead = () => json(301, {}, { location: there });
    await assert.rejects(it.host.openRequests(), unreachable);
    elsewhere.close();
    assert.deepEqual(asked, []);
  });

  test('a page of the same server outside of its API is not followed', async () => {
    await using it = await githubRig();
    const { origin } = new URL(it.github.url);
    it.github.instead = () => json(200, [], { link: `<${origin}/else>; rel="next"` });
    await assert.rejects(it.host.openRequests(), unreachable);
  });

  test('a renamed repository is followed, and written to, at its new address', async () => {
    await using it = await githubRig();
    const { url, token } = it.github;
    const commit = it.server.commit();
    it.github.instead = ({ url: path = '', method }) =>
      path.includes('/repos/acme/old')
        ? json(method === 'GET' ? 301 : 307, {}, { location: path.replace('/old', '/shop') })
        : undefined;
    const host = githubHost({ app: 'shop', repository: 'acme/old', url, key: { token } });
    await host.status(commit, { context: 'a', state: 'success', text: 'fine', url: null });
    assert.equal(it.server.statuses(commit).length, 1);
  });

  test('a redirect in a circle ends', async () => {
    await using it = await githubRig();
    it.github.instead = ({ url = '' }) => json(302, {}, { location: url });
    await assert.rejects(it.host.openRequests(), unreachable);
  });
});

describe('settings that are none', () => {
  const key = { token: 'ghp_x' };

  test('a repository that is no OWNER/NAME is unknown', () => {
    for (const repository of ['', 'shop', 'acme/shop/x', '../user', 'acme/..', 'acme/sh op']) {
      const refused = { code: 'host/unknown-repository' };
      assert.throws(() => githubHost({ app: 'shop', repository, key }), refused);
    }
  });

  test('an address that is none, or holds a password, is refused', () => {
    for (const url of [
      '',
      'github',
      'file:///etc',
      'https://user:x@github.test',
      'https://:x@github.test',
    ]) {
      const settings = { app: 'shop', repository: 'acme/shop', url, key };
      assert.throws(() => githubHost(settings), { code: 'host/unusable-url' });
    }
  });
});

async function* never(): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from('[');
  await new Promise((resolve) => setTimeout(resolve, 5000).unref());
}
