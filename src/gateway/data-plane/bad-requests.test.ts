import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ask,
  cleanup,
  type Proxy,
  raw,
  startInstance,
  startProxy,
} from '../../../test/support/gateway-rig.ts';
import { routeTo } from '../gateway.contract.ts';

const undo = cleanup();
const reached: string[] = [];
let proxy: Proxy;

before(async () => {
  proxy = await startProxy(undo);
  const { upstream } = await startInstance(undo, {
    name: 'one',
    app: (request, response) => {
      reached.push(`${request.method} ${request.url} ${request.headers.host}`);
      response.end('one');
    },
  });
  await proxy.table.apply([{ set: routeTo('shop.test', upstream) }], undefined);
});
after(() => undo.run());

const host = 'Host: shop.test\r\n';
const end = 'Connection: close\r\n\r\n';
const malformed: Record<string, [status: number, request: string]> = {
  'no host': [400, `GET / HTTP/1.1\r\n${end}`],
  'two hosts': [400, `GET / HTTP/1.1\r\n${host}Host: evil.test\r\n${end}`],
  'an empty host': [400, `GET / HTTP/1.1\r\nHost:\r\n${end}`],
  'a host with a path': [400, `GET / HTTP/1.1\r\nHost: shop.test/x\r\n${end}`],
  'a host with a user': [400, `GET / HTTP/1.1\r\nHost: a@shop.test\r\n${end}`],
  'a host with markup': [400, `GET / HTTP/1.1\r\nHost: <b>shop.test\r\n${end}`],
  'a length and a coding': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
  ],
  'a coding and a length': [
    400,
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n${end}0\r\n\r\n`,
  ],
  'two lengths': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n${end}x`,
  ],
  'two equal lengths': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n${end}x`,
  ],
  'a negative length': [400, `POST / HTTP/1.1\r\n${host}Content-Length: -1\r\n${end}`],
  'a signed length': [400, `POST / HTTP/1.1\r\n${host}Content-Length: +1\r\n${end}x`],
  'a length too long': [
    400,
    `POST / HTTP/1.1\r\n${host}Content-Length: 99999999999999999999999\r\n${end}x`,
  ],
  'an unknown coding': [400, `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip\r\n${end}`],
  'two codings': [
    400,
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n${end}0\r\n\r\n`,
  ],
  'chunked twice': [
    400,
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked, chunked\r\n${end}0\r\n\r\n`,
  ],
  'a coding in HTTP/1.0': [
    400,
    `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
  ],
  'a space before the colon': [400, `GET / HTTP/1.1\r\n${host}X-A : b\r\n${end}`],
  'a bare line feed in the head': [400, `GET / HTTP/1.1\n${host}${end}`],
  'a bare carriage return in a value': [400, `GET / HTTP/1.1\r\n${host}X-A: b\rc\r\n${end}`],
  'a null byte in a value': [400, `GET / HTTP/1.1\r\n${host}X-A: b\0c\r\n${end}`],
  'a folded line': [400, `GET / HTTP/1.1\r\n${host}X-A: b\r\n c\r\n${end}`],
  'a header without a colon': [400, `GET / HTTP/1.1\r\n${host}nonsense\r\n${end}`],
  'a name that is none': [400, `GET / HTTP/1.1\r\n${host}X(A): b\r\n${end}`],
  'a version that is none': [400, `GET / HTTP/3.7\r\n${host}${end}`],
  'no version': [400, `GET /\r\n${host}${end}`],
  'a method that is none': [400, `G@T / HTTP/1.1\r\n${host}${end}`],
  'a target that is none': [400, `GET shop HTTP/1.1\r\n${host}${end}`],
  'a fragment in the target': [400, `GET /a#b HTTP/1.1\r\n${host}${end}`],
  'an asterisk for GET': [400, `GET * HTTP/1.1\r\n${host}${end}`],
  'too much head': [431, `GET / HTTP/1.1\r\n${host}X-A: ${'a'.repeat(40_000)}\r\n${end}`],
  'a tunnel': [405, `CONNECT shop.test:443 HTTP/1.1\r\n${host}\r\n`],
};

for (const [name, [status, request]] of Object.entries(malformed)) {
  test(`${name} is answered ${status} and never forwarded`, async () => {
    reached.length = 0;
    assert.equal(Number((await raw(proxy.port, request)).split(' ')[1]), status);
    assert.deepEqual(reached, []);
  });
}

test('a body that turns out broken ends the connection, and what follows it is no request', async () => {
  reached.length = 0;
  const body = 'zz\r\nGET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n';
  await raw(
    proxy.port,
    `POST /x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${body}`,
  ).catch(() => '');
  assert.deepEqual(
    reached.filter((line) => line.includes('smuggled')),
    [],
  );
});

test('the name in the target outranks Host, and case, port and a last dot do not matter', async () => {
  reached.length = 0;
  await raw(proxy.port, `GET http://SHOP.test:80/a?b HTTP/1.1\r\nHost: other.test\r\n${end}`);
  await raw(proxy.port, `GET /c HTTP/1.1\r\nHost: Shop.Test.:8080\r\n${end}`);
  await raw(proxy.port, `OPTIONS * HTTP/1.1\r\n${host}${end}`);
  assert.deepEqual(reached, [
    'GET /a?b SHOP.test:80',
    'GET /c Shop.Test.:8080',
    'OPTIONS * shop.test',
  ]);
});

test('an unknown host is named in the kind of page the client reads', async () => {
  const page = (accept: string) => ask({ port: proxy.port, host: 'who.test', headers: { accept } });
  const [browser, program, terminal] = [
    await page('text/html,*/*'),
    await page('application/json'),
    await page('*/*'),
  ];
  for (const { status, text } of [browser, program, terminal]) {
    assert.equal(status, 404);
    assert.match(text, /who\.test/);
  }
  assert.match(browser.headers['content-type'] ?? '', /^text\/html/);
  assert.match(program.headers['content-type'] ?? '', /^application\/problem\+json/);
  assert.equal((JSON.parse(program.text) as { status: number }).status, 404);
  assert.match(terminal.headers['content-type'] ?? '', /^text\/plain/);
});

test('unknown hosts leave nothing behind', async () => {
  await ask({ port: proxy.port, host: 'stranger.test' });
  assert.deepEqual(
    proxy.activity.read().map((line) => line.host),
    ['shop.test'],
  );
});
