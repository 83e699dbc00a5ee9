import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type App,
  ask,
  type Cleanup,
  cleanup,
  type Proxy,
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

test('a slow reader holds a fast instance back', async () => {
  let written = 0;
  const all = 64 * 1024 * 1024;
  await serve((_request, response) => {
    const piece = Buffer.alloc(64 * 1024);
    const more = () => {
      while (written < all) {
        written += piece.length;
        if (!response.write(piece)) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  });
  const answer = await new Promise<IncomingMessage>((resolve) => {
    get({ port: proxy.port, headers: { host: 'shop.test' }, agent: false }, resolve);
  });
  answer.pause();
  let before = -1;
  while (written !== before) {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(
    written < all,
    `${written} bytes were taken from the instance for a client that reads none`,
  );
  let read = 0;
  answer.on('data', (piece: Buffer) => (read += piece.length));
  answer.resume();
  await once(answer, 'end');
  assert.equal(read, all);
});

test('events arrive one by one, and the head before the first', async () => {
  let send: (text: string) => void = () => {};
  await serve((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    send = (text) => response.write(text);
  });
  const answer = await new Promise<IncomingMessage>((resolve) => {
    get({ port: proxy.port, headers: { host: 'shop.test' }, agent: false }, resolve);
  });
  answer.setEncoding('utf8');
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    const next = once(answer, 'data');
    send(event);
    assert.deepEqual(await next, [event]);
  }
  answer.on('error', () => {}).destroy();
});

test('when the client leaves, the instance is told, and nothing stays open', async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  await serve((_request, response) => {
    response.once('close', resolve);
    arrive();
  });
  const asked = get({ port: proxy.port, headers: { host: 'shop.test' }, agent: false });
  asked.on('error', () => {});
  await arrived;
  assert.equal(proxy.open.openAt('shop.test'), 1);
  asked.destroy();
  await left;
  assert.equal(proxy.open.openAt('shop.test'), 0);
});

test('an answer that breaks off is not passed for a whole one', async () => {
  await serve((_request, response) => {
    response.write('half');
    setImmediate(() => response.destroy());
  });
  await assert.rejects(shop());
});

test('a WebSocket talks both ways, and a refused one gets the refusal', async () => {
  const { upstream, server } = await startInstance(undo, { name: 'one' });
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== '/no',
  });
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await proxy.table.apply([{ set: routeTo('shop.test', upstream) }], undefined);
  const dial = (path: string) =>
    new WebSocket(`ws://127.0.0.1:${proxy.port}${path}`, { headers: { host: 'shop.test' } });
  const socket = dial('/yes');
  await once(socket, 'open');
  for (const message of ['hello', 'x'.repeat(1_000_000)]) {
    socket.send(message);
    assert.equal(String((await once(socket, 'message'))[0]), message);
  }
  assert.equal(proxy.open.openAt('shop.test'), 1);
  socket.close();
  await once(socket, 'close');
  const [, refusal] = (await once(dial('/no'), 'unexpected-response')) as [
    unknown,
    IncomingMessage,
  ];
  assert.equal(refusal.statusCode, 401);
  refusal.resume();
});

test('uptime checks and crawlers are served and counted, but do not keep a host awake', async () => {
  await serve((_request, response) => response.end());
  await shop({ headers: { 'User-Agent': 'Mozilla/5.0+(compatible; UptimeRobot/2.0)' } });
  assert.deepEqual(
    proxy.activity.read().map((line) => [line.requests, line.lastRequestAt]),
    [[1, null]],
  );
  await shop({ headers: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150' } });
  assert.ok(proxy.activity.read()[0]?.lastRequestAt instanceof Date);
});

test('an open stream counts as activity while bytes flow, and not when they do not', async () => {
  let send: (text: string) => void = () => {};
  await serve((_request, response) => {
    send = (text) => response.write(text);
    send('first');
  });
  const client = connect(proxy.port, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  await once(client, 'data');
  await proxy.activity.keep();
  const last = () => proxy.activity.read()[0]?.lastRequestAt?.getTime() ?? 0;
  const quiet = last();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await proxy.activity.keep();
  assert.equal(last(), quiet);
  const next = once(client, 'data');
  send('second');
  await next;
  await proxy.activity.keep();
  assert.ok(last() > quiet);
});
