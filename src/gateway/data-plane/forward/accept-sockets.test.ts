import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import {
  answering,
  ask,
  doorTo,
  raw,
  type Undo,
  undoing,
  until,
} from '../../../../test/support/front-door-rig.ts';
import { readProxyHead } from '../tls/proxy-protocol.ts';
import { serveSockets } from './accept-sockets.ts';

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

const echoHead = (head: string) =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${head.length}\r\n\r\n${head}`;

for (const reading of ['direct', 'public'] as const) {
  test(`connections are served when they are read the ${reading} way`, async () => {
    const { port } = await answering(undo, echoHead);
    const { port: at, sockets, door } = await doorTo(undo, port, { options: { reading } });
    assert.equal(sockets.reading, reading);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask({ port: at, path: `/${index}` })),
    );
    for (const [index, { text }] of answers.entries()) assert.ok(text.startsWith(`GET /${index} `));
    await until(() => door.connections === 0);
  });
}

test('a server whose handle is not as expected is read the public way', async () => {
  const { port } = await answering(undo, echoHead);
  const { door } = await doorTo(undo, port);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.add(() => server.close());
  const handle = (server as unknown as { _handle: object })._handle;
  Object.defineProperty(server, '_handle', { value: null, configurable: true });
  assert.equal(serveSockets(server, door).reading, 'public');
  Object.defineProperty(server, '_handle', { value: handle });
});

test('clients beyond the limit are turned away, and the others served on', async () => {
  const { port } = await answering(undo, echoHead);
  const { port: at, door } = await doorTo(undo, port, { options: { connections: 2 } });
  const sockets = [1, 2, 3].map(() => connect(at, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {});
  undo.add(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.race(
    sockets.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))),
  );
  assert.equal(door.connections, 2);
  const served = sockets.find((socket) => !socket.closed);
  served?.write('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  assert.match(String((await once(served ?? connect(0), 'data'))[0]), /200 OK/);
});

test('a door that is closed to new clients serves those who are inside', async () => {
  const { port } = await answering(undo, echoHead);
  const { port: at, sockets } = await doorTo(undo, port);
  const inside = connect(at, '127.0.0.1');
  undo.add(() => inside.destroy());
  const get = 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n';
  inside.write(get);
  await once(inside, 'data');
  sockets.close();
  await once(sockets.server, 'close');
  await assert.rejects(ask({ port: at }));
  inside.write(get);
  assert.match(String((await once(inside, 'data'))[0]), /200 OK/);
});

test('behind a PROXY head stands the client it names, in whatever pieces it comes', async () => {
  const { port } = await answering(undo, echoHead);
  const { port: at } = await doorTo(undo, port, {
    options: { proxyHead: { read: readProxyHead, mayBelieve: () => true } },
  });
  const proxied = 'PROXY TCP4 192.0.2.7 192.0.2.8 5000 80\r\n';
  const get = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
  assert.match(await raw(at, proxied + get), /X-Forwarded-For: 192\.0\.2\.7\r\n/);
  const slow = connect(at, '127.0.0.1');
  undo.add(() => slow.destroy());
  slow.setNoDelay(true);
  for (const byte of proxied + get) {
    slow.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(String((await once(slow, 'data'))[0]), /X-Forwarded-For: 192\.0\.2\.7\r\n/);
  assert.equal(await raw(at, get).catch(() => ''), '');
});

test('a PROXY head from somebody who may not send one closes the connection', async () => {
  const { port } = await answering(undo, echoHead);
  const { port: at, chooser } = await doorTo(undo, port, {
    options: { proxyHead: { read: readProxyHead, mayBelieve: () => false } },
  });
  const proxied = 'PROXY TCP4 192.0.2.7 192.0.2.8 5000 80\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n';
  assert.equal(await raw(at, proxied).catch(() => ''), '');
  assert.equal(chooser.asked.length, 0);
});

const greeting = `
  import { serveSockets } from '${new URL('accept-sockets.ts', import.meta.url).href}';
  const door = {
    connections: 0,
    accept(stream) {
      stream.write('hello from a child');
      stream.end();
      return { received() {}, ended() {}, drained() {}, closed() {} };
    },
  };
  const { server, reading } = serveSockets({ fds: [3, 4, 5] }, door);
  server.once('listening', () => process.stdout.write(reading));
  if (server.listening) process.stdout.write(reading);
`;

test('a listening socket may be inherited, and serves on when its first owner has closed it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const child = spawn(process.execPath, ['--input-type=module', '-e', greeting], {
    stdio: ['ignore', 'pipe', 'inherit', fd, fd, fd],
  });
  undo.add(() => child.kill());
  const stdout = child.stdout as Readable;
  server.close();
  assert.match(String((await once(stdout, 'data'))[0]), /^direct/);
  const greetings = await Promise.all(Array.from({ length: 20 }, () => raw(port, 'hi')));
  assert.deepEqual(new Set(greetings), new Set(['hello from a child']));
});
