import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { ForwardLimits } from './limits.ts';
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

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const get = 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n';

async function doorWith(limits: Partial<ForwardLimits>, port?: number) {
  return doorTo(undo, port ?? (await answering(undo, answer)).port, { parts: { limits } });
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  undo.add(() => socket.destroy());
  socket.on('error', () => {});
  return socket;
}

/** All that comes on it until its other side ends. */
function read(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

test('a head that does not get ready is answered 408, however many bytes trickle in', async () => {
  const { port, door } = await doorWith({ headMs: 100 });
  const socket = dial(port);
  socket.once('end', () => socket.end());
  socket.write('GET / HTTP/1.1\r\nHost: shop.test\r\n');
  const drip = setInterval(() => socket.write('X-A: b\r\n'), 10);
  const text = await read(socket);
  clearInterval(drip);
  assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n[^]*Connection: close\r\n/);
  await until(() => door.connections === 0);
});

test('a connection that is not used is closed, without a word', async () => {
  const { port, door } = await doorWith({ idleMs: 50 });
  const socket = dial(port);
  socket.once('end', () => socket.end());
  socket.write(get);
  assert.match(await read(socket), /ok$/);
  assert.equal(await raw(port, ''), '');
  await until(() => door.connections === 0);
});

test('a body that stops coming is answered 408, and the instance is told', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) => void socket.resume());
  const { port: at, instance } = await doorWith({ bodyStallMs: 50 }, port);
  const head = 'POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\n';
  assert.match(await raw(at, `${head}half`), /^HTTP\/1\.1 408 /);
  await until(() => sockets.size === 0);
  assert.deepEqual(instance.events, ['began', 'aborted']);
});

test('a body that an instance does not take is held back, and a 504 in the end', async () => {
  const { port } = await rawInstance(undo, (socket) => void socket.pause());
  const { port: at } = await doorWith({ bodyStallMs: 100 }, port);
  const socket = dial(at);
  socket.write('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 999999999\r\n\r\n');
  const piece = Buffer.alloc(65_536);
  let sent = 0;
  const more = () => {
    while (sent < 500_000_000) {
      sent += piece.length;
      if (!socket.write(piece)) return void socket.once('drain', more);
    }
  };
  more();
  assert.match(await read(socket), /^HTTP\/1\.1 504 /);
  assert.ok(sent < 100_000_000, `${sent} bytes were taken for an instance that takes none`);
});

test('a body of more bytes than allowed is a 413, announced or not', async () => {
  const { port } = await httpInstance(undo, (incoming, reply) => void incoming.pipe(reply));
  const { port: at, instance } = await doorWith({ bodyBytes: 1_000 }, port);
  assert.equal((await ask({ port: at, method: 'POST', body: 'x'.repeat(900) })).status, 200);
  const tooLong = 'POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1001\r\n\r\n';
  assert.match(await raw(at, tooLong), /^HTTP\/1\.1 413 /);
  const chunked = 'POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n';
  assert.match(await raw(at, `${chunked}fff\r\n${'x'.repeat(4_095)}`), /^HTTP\/1\.1 413 /);
  await until(() => instance.endpoint.open === 0);
});

test('a client that reads nothing holds its instance back, and is let go in the end', async () => {
  let written = 0;
  const all = 512 * 1024 * 1024;
  const { port, sockets } = await rawInstance(undo, (socket) => {
    const piece = Buffer.alloc(65_536);
    const more = () => {
      while (written < all) {
        written += piece.length;
        if (!socket.write(piece)) return void socket.once('drain', more);
      }
    };
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${all}\r\n\r\n`);
      more();
    });
  });
  const { port: at, door, instance } = await doorWith({ readStallMs: 200 }, port);
  const socket = dial(at);
  socket.pause();
  socket.write(get);
  await until(() => instance.events.length === 2);
  assert.ok(written < all / 4, `${written} bytes were taken for a client that reads none`);
  assert.deepEqual(instance.events, ['began', 'aborted']);
  await until(() => door.connections === 0 && sockets.size === 0);
});

test('a client that reads slowly gets everything, also the last answer of its connection', async () => {
  const size = 24 * 1024 * 1024;
  const { port } = await httpInstance(
    undo,
    (_incoming, reply) => void reply.end(Buffer.alloc(size)),
  );
  const { port: at } = await doorWith({ readStallMs: 400, lingerMs: 60 }, port);
  const socket = dial(at);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n');
  let bytes = 0;
  socket.on('data', (piece: Buffer) => {
    bytes += piece.length;
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });
  socket.resume();
  await once(socket, 'end');
  assert.ok(bytes > size, `${bytes} of ${size} bytes came`);
});

test('who sends everything at once and reads nothing is not served ahead without a bound', async () => {
  const big = `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`;
  const { port } = await answering(undo, big);
  const { port: at, instance } = await doorWith({}, port);
  const socket = dial(at);
  socket.pause();
  socket.write(get.repeat(20_000));
  let before = -1;
  while (instance.events.length !== before) {
    before = instance.events.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(before < 2_000, `${before / 2} answers were fetched for a client that reads none`);
});

test('a client that ends its side after its request still gets a prompt answer', async () => {
  const { port } = await doorWith({});
  const socket = dial(port);
  socket.end(get);
  assert.match(await read(socket), /\r\nConnection: close\r\n\r\nok$/);
});

test('a client that leaves while it waits frees its instance', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) => void socket.resume());
  const { port: at, door, instance, route } = await doorWith({ halfCloseMs: 50 }, port);
  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    instance.events.length = 0;
    const socket = dial(at);
    socket.write(get);
    await until(() => instance.endpoint.open === 1);
    assert.equal(route.activity.open, 1);
    socket[leave]();
    await until(() => instance.endpoint.open === 0 && sockets.size === 0);
    assert.deepEqual(instance.events, ['began', 'aborted']);
    socket.destroy();
  }
  await until(() => door.connections === 0);
  assert.equal(route.activity.open, 0);
});

test('a client that leaves in the middle of its body frees its instance', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) => void socket.resume());
  const { port: at, door, instance } = await doorWith({}, port);
  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    const socket = dial(at);
    socket.write('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\nhalf');
    await until(() => instance.endpoint.open === 1);
    socket[leave]();
    await until(() => instance.endpoint.open === 0 && sockets.size === 0);
    socket.destroy();
  }
  await until(() => door.connections === 0);
});

test('after a refusal the rest of what the client sends is read for a while, so that it can read us', async () => {
  const { port, door } = await doorWith({ lingerMs: 200 });
  const socket = dial(port);
  socket.write('GARBAGE\r\n\r\n');
  const drip = setInterval(() => socket.write('more'), 5);
  const text = await read(socket);
  clearInterval(drip);
  assert.match(text, /^HTTP\/1\.1 400 [^]*cannot be served/);
  await until(() => door.connections === 0);
});

test('a retiring door ends its connections after their answers, and unused ones soon', async () => {
  const { port, door } = await doorWith({ retireMs: 100 });
  const unused = dial(port);
  const used = dial(port);
  used.write(get);
  await once(used, 'data');
  door.retire();
  used.write(get);
  const [answered] = (await once(used, 'data')) as [Buffer];
  assert.match(String(answered), /\r\nConnection: close\r\n/);
  unused.resume();
  await Promise.all([once(unused, 'end'), once(used, 'end')]);
});
