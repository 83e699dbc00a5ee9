import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import {
  type App,
  ask,
  type Cleanup,
  cleanup,
  freePort,
  type Proxy,
  raw,
  startInstance,
  startProxy,
} from '../../../test/support/gateway-rig.ts';
import { routeTo } from '../gateway.contract.ts';

let undo: Cleanup;
let proxy: Proxy;
beforeEach(async () => {
  undo = cleanup();
  proxy = await startProxy(undo);
});
afterEach(() => undo.run());

/** Everything for shop.test goes to this app. */
async function serve(app: App): Promise<void> {
  const { upstream } = await startInstance(undo, { name: 'one', app });
  await proxy.table.apply([{ set: routeTo('shop.test', upstream) }], undefined);
}

const shop = (more: Partial<Parameters<typeof ask>[0]> = {}) =>
  ask({ port: proxy.port, host: 'shop.test', ...more });
const echo: App = (incoming, response) => response.end(JSON.stringify(incoming.rawHeaders));
const shown = (text: string) => {
  const list = JSON.parse(text) as string[];
  return (name: string) =>
    list.filter((_, at) => list[at - 1]?.toLowerCase() === name && at % 2 === 1);
};

test('what concerns one hop stays there, and what strangers claim about themselves is overwritten', async () => {
  await serve(echo);
  const { text } = await shop({
    headers: {
      Connection: 'close, X-Secret, Host',
      'X-Secret': 'a',
      'Keep-Alive': 'timeout=9',
      'Proxy-Authorization': 'b',
      TE: 'trailers',
      Upgrade: 'h2c',
      Forwarded: 'for=6.6.6.6',
      'X-Forwarded-For': '6.6.6.6',
      X_Forwarded_For: '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.test',
      'X-Real-IP': '6.6.6.6',
      Cookie: 'kept=1',
    },
  });
  const got = shown(text);
  assert.deepEqual(got('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(got('x-forwarded-proto'), ['http']);
  assert.deepEqual(got('x-forwarded-host'), ['shop.test']);
  assert.deepEqual(got('host'), ['shop.test']);
  assert.deepEqual(got('cookie'), ['kept=1']);
  assert.match(got('x-request-id').join(), /^[0-9a-z]{12}$/);
  assert.doesNotMatch(text, /6\.6\.6\.6|X-Secret|Keep-Alive|Proxy-|"TE"|h2c|Forwarded"/);
});

test('a request id from outside is kept', async () => {
  await serve(echo);
  const { text } = await shop({ headers: { 'X-Request-Id': 'mine' } });
  assert.deepEqual(shown(text)('x-request-id'), ['mine']);
});

test('answers keep their status, spelling, order and repeated headers', async () => {
  await serve((_request, response) => {
    response.writeHead(418, 'Short and stout', [
      'X-A',
      '1',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Connection',
      'X-Hop',
      'X-Hop',
      'c',
    ]);
    response.end('tea');
  });
  const { status, raw: list, text } = await shop();
  assert.deepEqual([status, text], [418, 'tea']);
  assert.deepEqual(list.slice(0, 6), ['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
  assert.ok(!list.includes('X-Hop'));
});

test('answers without a body have none, and the connection stays usable', async () => {
  await serve((incoming, response) => {
    const status = Number(incoming.url?.slice(1));
    response.writeHead(status, STATUS_CODES[status], status === 200 ? { 'Content-Length': 7 } : {});
    response.end(incoming.method === 'HEAD' || status !== 200 ? undefined : '1234567');
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  undo.add(() => agent.destroy());
  assert.equal(
    (await shop({ agent, method: 'HEAD', path: '/200' })).headers['content-length'],
    '7',
  );
  assert.equal((await shop({ agent, path: '/204' })).status, 204);
  assert.equal((await shop({ agent, path: '/304' })).status, 304);
  assert.equal((await shop({ agent, path: '/200' })).text, '1234567');
});

test('bodies of every framing and method arrive whole', async () => {
  await serve((incoming, response) => incoming.pipe(response));
  const big = Buffer.alloc(12 * 1024 * 1024, 'signalbox');
  assert.equal((await shop({ method: 'POST', body: big })).text, big.toString());
  for (const method of ['POST', 'PUT', 'DELETE', 'GET']) {
    const headers = { 'Transfer-Encoding': 'chunked' };
    assert.equal((await shop({ method, headers, body: 'in chunks' })).text, 'in chunks');
    assert.equal(
      (await shop({ method, headers: { 'Content-Length': '3' }, body: 'abc' })).text,
      'abc',
    );
  }
  assert.equal((await shop({ method: 'POST' })).text, '');
});

test('a client that waits for leave to send its body gets it from the instance', async () => {
  await serve((incoming, response) => incoming.pipe(response));
  const asked = request({
    port: proxy.port,
    method: 'POST',
    headers: { host: 'shop.test', Expect: '100-continue', 'Content-Length': 2 },
    agent: false,
  });
  asked.flushHeaders();
  await once(asked, 'continue');
  asked.end('ok');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(
    String((await answer.setEncoding('utf8').read()) ?? (await once(answer, 'data'))[0]),
    'ok',
  );
});

test('an instance that refuses connections is passed over, also for POST; with none left it is a 502', async () => {
  const { upstream } = await startInstance(undo, {
    name: 'two',
    app: (incoming, response) => incoming.pipe(response),
  });
  const dead = { instance: 'dead', host: '127.0.0.1', port: await freePort() };
  await proxy.table.apply([{ set: routeTo('shop.test', dead, upstream) }], undefined);
  for (let n = 0; n < 4; n += 1)
    assert.equal((await shop({ method: 'POST', body: 'x' })).text, 'x');
  await proxy.table.apply([{ set: routeTo('shop.test', dead) }], undefined);
  assert.equal((await shop()).status, 502);
  await proxy.table.apply([{ set: routeTo('shop.test') }], undefined);
  assert.equal((await shop()).status, 502);
});

test('an instance that answers nonsense, or nothing, is a 502', async () => {
  await serve((incoming) =>
    incoming.socket.end(incoming.url === '/nothing' ? '' : 'HTTP/1.1 nonsense\r\n\r\n'),
  );
  assert.equal((await shop({ path: '/nonsense' })).status, 502);
  assert.equal((await shop({ path: '/nothing' })).status, 502);
  assert.equal((await shop({ path: '/nothing', method: 'POST', body: 'x' })).status, 502);
});

test('2000 requests survive an instance that closes its idle connections at once', async () => {
  const { upstream, server } = await startInstance(undo, {
    name: 'one',
    app: (incoming, response) => incoming.pipe(response),
  });
  // Closed without a word of warning, as many servers do, while the next request may be on its way.
  const latest = new WeakMap<Socket, IncomingMessage>();
  server.on('request', (incoming: IncomingMessage, response) => {
    const { socket } = incoming;
    latest.set(socket, incoming);
    const close = () => latest.get(socket) === incoming && socket.destroy();
    response.once('finish', () => setTimeout(close, 1));
  });
  await proxy.table.apply([{ set: routeTo('shop.test', upstream) }], undefined);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  undo.add(() => agent.destroy());
  const each = Array.from({ length: 2_000 }, async (_, n) => {
    const body = n % 2 === 0 ? `${n}` : '';
    const { text } = await shop({ agent, method: n % 2 === 0 ? 'POST' : 'GET', body });
    return text === body;
  });
  assert.equal((await Promise.all(each)).filter((isRight) => !isRight).length, 0);
});

test('pipelined requests are answered in order', async () => {
  await serve((incoming, response) =>
    setTimeout(() => response.end(`<${incoming.url}>`), incoming.url === '/1' ? 20 : 0),
  );
  const one = (path: string, close = '') =>
    `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${close}\r\n`;
  const text = await raw(proxy.port, one('/1') + one('/2') + one('/3', 'Connection: close\r\n'));
  assert.deepEqual(text.match(/<\/\d>/g), ['</1>', '</2>', '</3>']);
});
