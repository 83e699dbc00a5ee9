import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { AccessLine } from '../count/access-log.ts';
import { fakeInstance, fakeRoute, toInstance } from '../../../../test/support/fake-chooser.ts';
import {
  answering,
  ask,
  doorTo,
  httpInstance,
  raw,
  rawInstance,
  type Undo,
  undoing,
  until,
} from '../../../../test/support/front-door-rig.ts';
import type { ShadowSink } from './shadow-copy.ts';

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('the access log has a line for each request, refused ones too', async () => {
  const lines: AccessLine[] = [];
  const { port } = await answering(undo, ok);
  const { port: at, chooser } = await doorTo(undo, port, {
    parts: { log: { write: (line) => lines.push(line) } },
  });
  const before = Date.now();
  const headers = { 'user-agent': 'test/1', cookie: 'secret=1' };
  const { headers: got } = await ask({
    port: at,
    path: '/a?b=c',
    method: 'PUT',
    headers,
    body: 'xyz',
  });
  chooser.choices = () => ({
    kind: 'page',
    route: null,
    page: { status: 404, title: '', text: '', html: null },
  });
  await ask({ port: at, host: 'who.test' });
  await raw(at, 'GARBAGE\r\n\r\n');
  assert.equal(lines.length, 3);
  const { timeMs, durationMs, bytesIn, bytesOut, ...line } = lines[0] as AccessLine;
  assert.deepEqual(line, {
    client: '127.0.0.1',
    protocol: 'http/1.1',
    method: 'PUT',
    host: 'shop.test',
    path: '/a?b=c',
    status: 200,
    environment: 'env',
    service: 'web',
    version: 'v1',
    instance: `at-${port}`,
    requestId: got['x-request-id'],
    userAgent: 'test/1',
  });
  assert.ok(timeMs >= before - 1 && timeMs <= Date.now() + 1 && durationMs > 0);
  assert.ok(bytesIn > 50 && bytesOut > 50);
  assert.deepEqual(
    lines.slice(1).map(({ host, status }) => [host, status]),
    [
      ['who.test', 404],
      ['', 400],
    ],
  );
});

test('signed visits count in no statistics', async () => {
  const { port } = await answering(undo, ok);
  const { port: at, chooser, route, instance } = await doorTo(undo, port);
  chooser.choices = () => toInstance(route, instance, { signed: true });
  assert.equal((await ask({ port: at })).status, 200);
  assert.deepEqual(instance.events, []);
  assert.equal(route.activity.requests, 1);
});

test('a cookie for the user goes out with the answer, and with no early hint', async () => {
  const { port } = await answering(undo, `HTTP/1.1 103 Early Hints\r\n\r\n${ok}`);
  const { port: at, chooser, route, instance } = await doorTo(undo, port);
  chooser.choices = () => toInstance(route, instance, { setCookie: 'signalbox-user=u1; Path=/' });
  const text = await raw(at, 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n');
  assert.deepEqual(text.match(/Set-Cookie: .*/g), ['Set-Cookie: signalbox-user=u1; Path=/']);
  assert.ok(text.indexOf('Set-Cookie') > text.indexOf('200 OK'));
});

test('open requests are known per instance until their last byte, also when no route has it any more', async () => {
  const held: (() => void)[] = [];
  const { port } = await httpInstance(undo, (_incoming, answer) => {
    answer.write('first');
    held.push(() => answer.end('last'));
  });
  const { port: at, door, instance, chooser, route } = await doorTo(undo, port);
  chooser.choices = () => toInstance(route, instance, { user: 'u1' });
  const idle: string[] = [];
  door.open.onIdle = (name) => idle.push(name);
  const name = instance.endpoint.instance;
  const before = Date.now();
  const answers = [ask({ port: at }), ask({ port: at })];
  await until(() => held.length === 2);
  chooser.choices = () => toInstance(fakeRoute(), fakeInstance(1));
  instance.endpoint.isGone = true;
  assert.equal(door.open.openOf([name]), 2);
  assert.equal(door.open.openOf(['other']), 0);
  assert.ok(door.open.lastSticky([name, 'other']) >= before - 1);
  assert.equal(door.open.lastSticky(['other']), 0);
  for (const end of held) end();
  for (const answer of answers) assert.equal((await answer).text, 'firstlast');
  assert.equal(door.open.openOf([name]), 0);
  assert.deepEqual(idle, [name]);
  assert.equal(instance.endpoint.idle.length, 0);
});

test('what is open at an instance can be cut off, both sides of it, and nothing else', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')),
  );
  const other = await rawInstance(undo, (socket) => void socket.resume());
  const { port: at, door, instance, chooser, route } = await doorTo(undo, port);
  const staying = fakeInstance(other.port);
  const cut = [ask({ port: at }), ask({ port: at })].map((answer) => assert.rejects(answer));
  await until(() => instance.endpoint.open === 2 && sockets.size === 2);
  chooser.choices = () => toInstance(route, staying);
  const client = connect(at, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  await until(() => staying.endpoint.open === 1);
  assert.equal(door.open.cut([instance.endpoint.instance]), 2);
  await Promise.all(cut);
  await until(() => sockets.size === 0);
  assert.deepEqual([instance.endpoint.open, staying.endpoint.open, door.connections], [0, 1, 1]);
  assert.equal(door.open.cut([instance.endpoint.instance]), 0);
});

test('uptime checks are served and counted, but keep nothing awake', async () => {
  const { port } = await answering(undo, ok);
  const { port: at, route } = await doorTo(undo, port);
  const robot = 'Mozilla/5.0+(compatible; UptimeRobot/2.0)';
  await ask({ port: at, headers: { 'User-Agent': robot } });
  assert.deepEqual([route.activity.requests, route.activity.lastRequestAtMs], [1, 0]);
  await ask({ port: at, headers: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150' } });
  assert.ok(route.activity.lastRequestAtMs > 0);
});

test('an open stream counts as activity while bytes flow, and not when they do not', async () => {
  let send: (text: string) => void = () => {};
  const { port } = await httpInstance(undo, (_incoming, answer) => {
    send = (text) => answer.write(text);
    send('first');
  });
  const { port: at, route } = await doorTo(undo, port);
  const client = connect(at, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  await once(client, 'data');
  const quiet = route.activity.lastRequestAtMs;
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(route.activity.lastRequestAtMs, quiet);
  const next = once(client, 'data');
  send('second');
  await next;
  assert.ok(route.activity.lastRequestAtMs > quiet);
});

test('a shadow gets the same request, and is given up with it', async () => {
  const { port } = await httpInstance(undo, (incoming, answer) => void incoming.pipe(answer));
  const copies: string[] = [];
  const begin = (_to: unknown, head: string): ShadowSink => {
    const at = copies.push(head) - 1;
    const add = (text: string) => void (copies[at] += text);
    return { write: (bytes) => add(String(bytes)), end: () => add('.'), abandon: () => add('!') };
  };
  const {
    port: at,
    chooser,
    route,
    instance,
  } = await doorTo(undo, port, {
    parts: { shadow: { begin } },
  });
  chooser.choices = () => toInstance(route, instance, { shadow: fakeInstance(1) });
  const body = 'x'.repeat(200_000);
  assert.equal((await ask({ port: at, method: 'PUT', body })).text, body);
  assert.equal((await ask({ port: at })).status, 200);
  const socket = connect(at, '127.0.0.1');
  socket.write('PUT / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 9\r\n\r\nhalf');
  await until(() => copies[2]?.endsWith('half') === true);
  socket.destroy();
  await until(() => copies[2]?.endsWith('!') === true);
  assert.ok(copies[0]?.startsWith('PUT / HTTP/1.1\r\nHost: shop.test\r\n'));
  assert.ok(copies[0]?.endsWith(`\r\n\r\n${body}.`));
  assert.ok(copies[1]?.endsWith('\r\n\r\n.'));
});
