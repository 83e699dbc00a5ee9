import assert from 'node:assert/strict';
import { request as requestTls } from 'node:https';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { ask, freePort, raw, startInstance } from '../../../../test/support/gateway-rig.ts';
import { testAuthority } from '../../../../test/support/test-certificates.ts';
import { routeTo } from '../../gateway.contract.ts';
import type { Upstream } from '../../route.ts';
import { type HaproxyRig, haproxyRig, withoutHaproxy } from './haproxy-rig.test-data.ts';

describe('requests through HAProxy', { skip: withoutHaproxy }, () => {
  let it: HaproxyRig;
  let upstream: Upstream;
  let tlsPort: number;

  before(async () => {
    tlsPort = await freePort();
    it = await haproxyRig({ listenTls: `127.0.0.1:${tlsPort}` });
    ({ upstream } = await startInstance(it.undo, {
      name: 'one',
      app: ({ headers, url }, response) => response.end(JSON.stringify({ headers, url })),
    }));
  });
  after(() => it?.undo.run());
  afterEach(async () => {
    const routes = await it.gateway.routes();
    await it.gateway.apply(routes.map(({ host, path }) => ({ remove: { host, path } })));
  });

  const seen = async (headers: Record<string, string>): Promise<Record<string, string>> => {
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
    const { text } = await ask({ port: it.port, host: 'shop.test', headers });
    return (JSON.parse(text) as { headers: Record<string, string> }).headers;
  };

  test('an instance hears from us where a request comes from, not from strangers', async () => {
    const headers = await seen({
      'x-forwarded-for': '6.6.6.6',
      X_Forwarded_For: '6.6.6.6',
      'X-Forwarded_Proto': 'https',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
      'x-request-id': 'theirs',
      traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
      tracestate: 'theirs=1',
      'x-signalbox-visit': 'theirs',
      'x-signalbox-shadow': '1',
    });
    assert.deepEqual(
      Object.entries(headers).filter(([, value]) => /6\.6\.6\.6|theirs|https|1111/.test(value)),
      [],
    );
    assert.equal(headers['host'], 'shop.test');
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.equal(headers['x-forwarded-host'], 'shop.test');
    assert.equal(headers['forwarded'], 'for=127.0.0.1;host=shop.test;proto=http');
    assert.match(headers['x-request-id'] ?? '', /^[\da-f-]{36}$/);
    assert.match(headers['traceparent'] ?? '', /^00-[\da-f]{32}-[\da-f]{16}-01$/);
    assert.equal(headers['x-signalbox-shadow'], undefined);
  });

  test('whatever may mean another place on a host with several goes nowhere', async () => {
    const shop = { ...upstream, instance: 'shop' };
    await it.gateway.apply([
      { set: routeTo('shop.test', upstream) },
      { set: { ...routeTo('shop.test', shop), path: '/shop' } },
      { set: routeTo('only.test', upstream) },
    ]);
    const status = async (host: string, path: string) =>
      (await ask({ port: it.port, host, path })).status;
    for (const path of [
      '/shop/../admin',
      '/shop/%2e%2E/admin',
      '/x/..%2fshop',
      '/x/%252e%252e/shop',
      '/%73hop',
      '//shop',
      '/shop;v=1',
      String.raw`/x\..\shop`,
    ]) {
      assert.equal(await status('shop.test', path), 400, path);
      assert.equal(await status('only.test', path), 200, path);
    }
    for (const path of ['/shop/a%20b', '/shop//x', '/.well-known/x', '/shop?x=/../y']) {
      assert.equal(await status('shop.test', path), 200, path);
    }
  });

  test('a host is the same in every spelling, and what is none is refused', async () => {
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
    for (const host of ['SHOP.test', 'shop.test.', 'shop.test:8080']) {
      assert.equal((await ask({ port: it.port, host })).status, 200, host);
    }
    const head = (lines: string) =>
      raw(it.port, `GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
    for (const lines of [
      '',
      'Host: shop.test/shop\r\n',
      'Host: shop.test\r\nHost: else.test\r\n',
      'Host: shop .test\r\n',
      'Host : shop.test\r\n',
      'Host: shop.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n',
    ]) {
      assert.match(await head(lines), /^HTTP\/1\.1 400 /, lines);
    }
  });

  test('an instance that answers garbage gives a page in the form that was asked for', async () => {
    const garbage = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('what?\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(garbage, 'listening');
    it.undo.add(() => garbage.close());
    const { port } = garbage.address() as AddressInfo;
    await it.gateway.apply([{ set: routeTo('shop.test', { ...upstream, port }) }]);
    const page = (accept: string) =>
      ask({ port: it.port, host: 'shop.test', headers: { accept }, method: 'POST' });
    const json = await page('application/json');
    assert.deepEqual(
      [json.status, json.headers['content-type']],
      [502, 'application/problem+json'],
    );
    assert.equal((JSON.parse(json.text) as { status: number }).status, 502);
    const html = await page('text/html');
    assert.deepEqual([html.status, html.headers['content-type']], [502, 'text/html']);
    assert.match(html.text, /^<!doctype html>/);
  });

  test('TLS and HTTP/2 are served with the certificates that were set last', async () => {
    const authority = testAuthority();
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
    await assert.rejects(it.gateway.setCertificates([{ certificate: 'none', key: 'none' }]), {
      code: 'gateway/bad-certificate',
    });
    const other = authority.issue(['else.test']);
    await it.gateway.setCertificates([other]);
    await it.gateway.setCertificates([other, authority.issue(['shop.test'])]);
    assert.deepEqual(await it.gateway.entrance(), { scheme: 'https', port: tlsPort });

    const secure = {
      host: '127.0.0.1',
      port: tlsPort,
      servername: 'shop.test',
      ca: authority.certificate,
    };
    const asked = requestTls({ ...secure, agent: false, headers: { host: 'shop.test' } }).end();
    const [answer] = await once(asked, 'response');
    let text = '';
    for await (const piece of answer) text += String(piece);
    const { headers } = JSON.parse(text) as { headers: Record<string, string> };
    assert.equal(headers['x-forwarded-proto'], 'https');

    const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, secure);
    it.undo.add(() => session.destroy());
    const stream = session.request({ ':path': '/two', ':authority': 'shop.test' });
    let body = '';
    for await (const piece of stream.setEncoding('utf8')) body += String(piece);
    assert.equal((JSON.parse(body) as { url: string }).url, '/two');
    session.close();
  });

  test('who is trusted may say where a request comes from', async () => {
    const trusting = await haproxyRig({ trust: ['127.0.0.0/8'] });
    try {
      await trusting.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
      const said = {
        'x-forwarded-for': '7.7.7.7',
        'x-forwarded-proto': 'https',
        'x-request-id': 'mine',
      };
      const { text } = await ask({ port: trusting.port, host: 'shop.test', headers: said });
      const { headers } = JSON.parse(text) as { headers: Record<string, string> };
      assert.equal(headers['x-forwarded-for'], '7.7.7.7, 127.0.0.1');
      assert.equal(headers['x-forwarded-proto'], 'https');
      assert.equal(headers['x-request-id'], 'mine');
    } finally {
      await trusting.undo.run();
    }
  });
});
