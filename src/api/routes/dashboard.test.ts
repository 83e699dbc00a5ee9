import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { fakeAudit, fakeAuthenticate, fakeHandlers } from '../../../test/fakes/api-handlers.ts';
import { askAt, type AskOptions } from '../../../test/support/session-rig.ts';
import { dashboardPaths } from '../beside-contract.ts';
import { apiServer } from '../server.ts';
import { dashboardRoutes } from './dashboard.ts';

const script = 'console.log("the dashboard");';
let app: FastifyInstance;
let port = 0;
let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-dashboard-'));
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    handlers: fakeHandlers({}),
    extend: (served) => dashboardRoutes(join(directory, 'dist'))(served),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
after(async () => {
  await app?.close();
  await rm(directory, { recursive: true, force: true });
});

const ask = (path: string, options?: AskOptions) => askAt(port, path, options);

async function build(): Promise<void> {
  const assets = join(directory, 'dist/assets');
  await mkdir(assets, { recursive: true });
  const write = (name: string, content: string | Buffer) =>
    writeFile(join(directory, name), content);
  await write('secret.txt', 'not to be served');
  await write('dist/index.html', '<!doctype html><title>Signalbox</title>');
  await write('dist/favicon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await write('dist/assets/app-1a2b.js', script);
  await write('dist/assets/app-1a2b.js.br', brotliCompressSync(script));
  await write('dist/assets/app-1a2b.js.gz', gzipSync(script));
  await write('dist/assets/app-1a2b.css', 'body { margin: 0 }');
  await write('dist/assets/.hidden', 'not to be served');
}

test('before it is built a page says how to build it, and everything else is as it was', async () => {
  const { status, headers, body } = await ask('/apps/shop');
  assert.equal(status, 503);
  assert.match(String(headers['content-type']), /^text\/html/);
  assert.match(body, /bin\/setup/);
  assert.ok(headers['content-security-policy']);
  assert.equal((await ask('/favicon.svg')).code, 'api/no-such-path');
  assert.equal((await ask('/assets/app-1a2b.js')).code, 'api/no-such-path');
  assert.equal((await ask('/openapi.json')).status, 200);
});

describe('once it is built', () => {
  before(build);

  test('every page is the same file, asked for each time and sent when it has changed', async () => {
    for (const path of dashboardPaths) {
      const { status, headers, body } = await ask(path.replace('*', 'shop/candidates/1?x=%2F'));
      assert.deepEqual([status, headers['content-type']], [200, 'text/html; charset=utf-8'], path);
      assert.equal(headers['cache-control'], 'no-cache');
      assert.match(body, /<title>Signalbox/);
      const known = { 'if-none-match': String(headers['etag']) };
      const again = await ask(path, { headers: known });
      assert.deepEqual([again.status, again.body], [304, '']);
    }
  });

  test('what it loads is kept for a year, because its name changes with its content', async () => {
    for (const [name, type] of [
      ['app-1a2b.js', /^(text|application)\/javascript/],
      ['app-1a2b.css', /^text\/css/],
    ] as const) {
      const { status, headers } = await ask(`/assets/${name}`);
      assert.equal(status, 200);
      assert.match(String(headers['content-type']), type);
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    }
    assert.equal((await ask('/favicon.svg')).headers['content-type'], 'image/svg+xml');
    assert.equal((await ask('/favicon.svg')).headers['cache-control'], 'no-cache');
  });

  test('what is compressed beside it is sent so to whoever understands it', async () => {
    const at = `http://127.0.0.1:${port}/assets/app-1a2b.js`;
    const asked = async (encodings: string) => {
      const answer = await ask('/assets/app-1a2b.js', {
        headers: { 'accept-encoding': encodings },
      });
      return [answer.headers['content-encoding'], answer.headers['vary']];
    };
    assert.deepEqual(await asked('gzip, deflate, br'), ['br', 'accept-encoding']);
    assert.deepEqual(await asked('gzip'), ['gzip', 'accept-encoding']);
    assert.deepEqual(await asked('identity'), [undefined, 'accept-encoding']);
    assert.equal(await (await fetch(at)).text(), script);
  });

  test('every answer forbids other scripts, frames and guesses of its type', async () => {
    for (const path of ['/', '/assets/app-1a2b.js', '/assets/none.js', '/favicon.svg']) {
      const { headers } = await ask(path);
      assert.equal(
        headers['content-security-policy'],
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
          "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      );
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.match(String(headers['permissions-policy']), /camera=\(\)/);
    }
    assert.equal((await ask('/openapi.json')).headers['x-content-type-options'], 'nosniff');
  });

  test('HEAD says what GET says, without the page', async () => {
    for (const path of ['/', '/apps/shop', '/assets/app-1a2b.js', '/favicon.svg']) {
      const [head, got] = [await ask(path, { method: 'HEAD' }), await ask(path)];
      assert.deepEqual([head.status, head.body], [200, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control'])
        assert.equal(head.headers[name], got.headers[name], `${path} ${name}`);
    }
  });

  test('nothing can be changed there', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      for (const path of ['/', '/apps/shop', '/assets/app-1a2b.js']) {
        const { status, code, headers } = await ask(path, { method });
        assert.deepEqual([status, code], [405, 'api/wrong-method']);
        assert.equal(headers['allow'], 'GET, HEAD');
      }
    }
  });

  test('a path that is no page is a problem and not a page, for browsers too', async () => {
    const headers = { accept: 'text/html,*/*' };
    for (const path of ['/nothing', '/index.html', '/app', '/sign-in/x', '/assets', '/api/v1/x']) {
      const answer = await ask(path, { headers });
      assert.deepEqual([answer.status, answer.code], [404, 'api/no-such-path'], path);
    }
  });

  for (const path of [
    '/assets/../../secret.txt',
    '/assets/../index.html',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/%252e%252e%252fsecret.txt',
    '/assets//app-1a2b.js',
    '/assets/./app-1a2b.js',
    '/assets/%2fapp-1a2b.js',
    '/assets/app-1a2b.js%00',
    '/assets/%00',
    '/assets/app-1a2b.js/',
    '/assets/.hidden',
    '/assets/',
    `/assets/${'a'.repeat(5000)}`,
    `/assets/${'a/'.repeat(2000)}a`,
  ]) {
    test(`${path.slice(0, 60)} leads to no file`, async () => {
      const { status, headers, body } = await ask(path);
      assert.equal(status, 404);
      assert.match(String(headers['content-type']), /^application\/problem\+json/);
      assert.equal(headers['cache-control'], undefined);
      assert.doesNotMatch(body, /not to be served|dashboard"/);
    });
  }

  test('strange paths below /apps are the page still, and never a file', async () => {
    for (const path of ['/apps/../../secret.txt', '/apps/%00', '/apps/%2e%2e%2fsecret.txt']) {
      const { status, body } = await ask(path);
      assert.equal(status, 200);
      assert.match(body, /<title>Signalbox/);
    }
  });

  test('an encoding that is none is refused', async () => {
    assert.equal((await ask('/assets/%zz')).code, 'api/bad-request');
  });
});
