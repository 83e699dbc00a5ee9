import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { cannedDoor, plainAnswer } from './canned-door.test-data.ts';
import { usualTlsLimits } from './limits.ts';
import {
  codeOf,
  endHeaders,
  endStream,
  frame,
  frameType,
  headers,
  rawHttp2,
  request,
  reset,
} from './raw-http2.test-data.ts';
import { tlsRig } from './tls-rig.test-data.ts';
import { until } from './until.test-data.ts';

const protocolError = 1;
const refusedStream = 7;
const calmDown = 11;

const hello = () => cannedDoor(({ stream }) => void stream.write(plainAnswer('hello')));

async function client(t: TestContext, door = hello(), limits = usualTlsLimits) {
  const rig = await tlsRig(t, { door, limits });
  return { raw: await rawHttp2(rig), door, rig };
}

const changed = (name: string, value: string): (readonly [string, string])[] =>
  request.map((field) => (field[0] === name ? [name, value] : field));

describe('a malformed HTTP/2 request never reaches the door:', () => {
  const cases: Record<string, (readonly [string, string])[]> = {
    'a line in the path': changed(':path', '/ HTTP/1.1\r\nx: y'),
    'a space in the path': changed(':path', '/a b'),
    'a line in the method': changed(':method', 'GET / HTTP/1.1\r\n'),
    'a line in the authority': changed(':authority', 'a\r\nb: c'),
    'a capital': [...request, ['X', 'a']],
    'a header of the connection': [...request, ['connection', 'close']],
    chunks: [...request, ['transfer-encoding', 'chunked']],
    'an upgrade': [...request, ['upgrade', 'websocket']],
    'a wrong te': [...request, ['te', 'gzip']],
    'another host': [...request, ['host', 'other.test']],
    'no path': request.filter(([name]) => name !== ':path'),
    'a second path': [...request, [':path', '/']],
    'a pseudo-header too late': [...request.slice(1), ['x', 'y'], request[0]!],
    'a length and no body': [...request, ['content-length', '5']],
    'two lengths': [...request, ['content-length', '0'], ['content-length', '1']],
    'CONNECT with a protocol': [...changed(':method', 'CONNECT'), [':protocol', 'websocket']],
  };
  for (const [name, fields] of Object.entries(cases)) {
    test(name, async (t) => {
      const { raw, door } = await client(t);
      raw.send(headers(1, fields), headers(3));
      // The connection goes on: the next request is answered.
      ok(await raw.next(frameType.headers, 3));
      equal(codeOf(await raw.next(frameType.reset, 1)), protocolError);
      equal(door.visitors.length, 1);
    });
  }
});

test('what is no header is left out of an HTTP/2 request', async (t) => {
  const { raw, door } = await client(t);
  const odd = [
    ['x', 'a\r\nb: c'],
    ['x', 'a\0'],
    ['x ', 'a'],
    ['x\r\ny', 'z'],
  ] as const;
  raw.send(headers(1, [...request, ...odd]));
  ok(await raw.next(frameType.headers, 1));
  equal(door.visitors[0]?.head, 'GET / HTTP/1.1\r\nHost: app.test\r\n\r\n');
});

describe('a body of another length than was said', () => {
  const fields = [...changed(':method', 'POST'), ['content-length', '3']] as const;

  test('never looks whole when it is shorter', async (t) => {
    const { raw, door } = await client(t);
    raw.send(
      headers(1, fields, endHeaders),
      frame(frameType.data, endStream, 1, Buffer.from('ab')),
    );
    equal(codeOf(await raw.next(frameType.reset, 1)), protocolError);
    await until(() => door.visitors.every(({ isClosed }) => isClosed));
    deepEqual(
      door.visitors.map(({ isWhole }) => isWhole),
      door.visitors.map(() => false),
    );
  });

  test('is no more than was said when it is longer', async (t) => {
    const { raw, door } = await client(
      t,
      cannedDoor(() => {}),
    );
    raw.send(
      headers(1, fields, endHeaders),
      frame(frameType.data, endStream, 1, Buffer.from('abcdef')),
    );
    // Node ends the whole connection then.
    await raw.next(-1);
    ok(raw.isClosed);
    await until(() => door.visitors.every(({ isClosed }) => isClosed));
    for (const { text } of door.visitors) ok(!text.includes('def'));
  });
});

describe('who misuses an HTTP/2 connection loses it:', () => {
  const limits = {
    ...usualTlsLimits,
    resets: { burst: 20, perSecond: 1 },
    controlFrames: { burst: 20, perSecond: 1 },
  };

  test('requests that are given up at once, again and again', async (t) => {
    const { raw, door } = await client(
      t,
      cannedDoor(() => {}),
      limits,
    );
    const ids = Array.from({ length: 500 }, (_, index) => 2 * index + 1);
    raw.send(...ids.flatMap((id) => [headers(id), reset(id)]));
    // The HTTP/2 library and we both count; whoever is first ends it.
    ok(await raw.next(frameType.goaway));
    await raw.next(-1);
    ok(door.visitors.length < 100);
    await until(() => door.visitors.every(({ isClosed }) => isClosed));
  });

  test('requests that make us end them', async (t) => {
    const { raw } = await client(
      t,
      cannedDoor(() => {}),
      limits,
    );
    const noStep = frame(frameType.windowUpdate, 0, 1, Buffer.alloc(4));
    for (let id = 1; id < 200; id += 2) {
      const none = Buffer.from(noStep);
      none.writeUInt32BE(id, 5);
      raw.send(headers(id), none);
    }
    await raw.next(frameType.goaway);
    await raw.next(-1);
    ok(raw.isClosed);
  });

  test('malformed requests', async (t) => {
    for (const fields of [
      changed(':path', 'no-slash'),
      [...request, ['host', 'other.test']] as const,
    ]) {
      const { raw, door } = await client(t, hello(), limits);
      const ids = Array.from({ length: 200 }, (_, index) => 2 * index + 1);
      raw.send(...ids.map((id) => headers(id, fields)));
      await raw.next(-1);
      equal(door.visitors.length, 0);
    }
  });

  test('pings', async (t) => {
    const { raw } = await client(t, hello(), limits);
    const ping = frame(frameType.ping, 0, 0, Buffer.alloc(8));
    raw.send(...Array.from({ length: 100 }, () => ping));
    equal(codeOf(await raw.next(frameType.goaway)), calmDown);
    await raw.next(-1);
  });

  test('settings', async (t) => {
    const { raw } = await client(t, hello(), limits);
    raw.send(...Array.from({ length: 100 }, () => frame(frameType.settings)));
    equal(codeOf(await raw.next(frameType.goaway)), calmDown);
    await raw.next(-1);
  });

  test('a head without an end', async (t) => {
    const { raw, door } = await client(t);
    raw.send(headers(1, request, endStream));
    const more = frame(frameType.continuation, 0, 1, Buffer.from('\0\x01x\x01y', 'latin1'));
    raw.send(...Array.from({ length: 1_000 }, () => more));
    await raw.next(-1);
    ok(raw.isClosed);
    equal(door.visitors.length, 0);
  });

  test('frames that are none', async (t) => {
    const { raw } = await client(t);
    raw.send(frame(frameType.data, 0, 0, Buffer.from('x')));
    equal(codeOf(await raw.next(frameType.goaway)), protocolError);
    await raw.next(-1);
  });
});

describe('an HTTP/2 connection', () => {
  test('takes so many requests at once, and ends when the client knows that', async (t) => {
    const limits = { ...usualTlsLimits, streams: 2 };
    const { raw, door } = await client(
      t,
      cannedDoor(() => {}),
      limits,
    );
    raw.send(headers(1), headers(3), headers(5));
    equal(codeOf(await raw.next(frameType.reset, 5)), refusedStream);
    equal(door.visitors.length, 2);
    raw.send(frame(frameType.settings, 1), headers(7));
    equal(codeOf(await raw.next(frameType.goaway)), protocolError);
    equal(door.visitors.length, 2);
  });

  test('refuses a head that is too long and goes on', async (t) => {
    const { raw, door } = await client(t);
    const many = Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'y'] as const);
    raw.send(headers(1, [...request, ...many]), headers(3));
    ok(await raw.next(frameType.headers, 3));
    ok(await raw.next(frameType.reset, 1));
    equal(door.visitors.length, 1);
  });

  test('without a request is ended, with one it is kept', async (t) => {
    const limits = { ...usualTlsLimits, idleMs: 1 };
    const { raw, door, rig } = await client(
      t,
      cannedDoor(() => {}),
      limits,
    );
    raw.send(headers(1));
    await until(() => door.visitors.length === 1);
    const idle = await rawHttp2(rig);
    ok(await idle.next(frameType.goaway));
    await idle.next(-1);
    equal(raw.isClosed, false);
  });

  test('that retires answers what has come, says what has not, and ends with the last', async (t) => {
    const limits = { ...usualTlsLimits, farewellMs: 20 };
    const { raw, door, rig } = await client(
      t,
      cannedDoor(() => {}),
      limits,
    );
    raw.send(headers(1));
    await until(() => door.visitors.length === 1);
    const idle = await rawHttp2(rig);
    await idle.next(frameType.settings);
    rig.serving.retire();
    const goaway = await raw.next(frameType.goaway);
    deepEqual([goaway?.payload.readUInt32BE(0), codeOf(goaway)], [1, 0]);
    raw.send(headers(3));
    ok(await idle.next(frameType.goaway));
    await idle.next(-1);
    door.visitors[0]?.stream.write(plainAnswer('last'));
    ok(await raw.next(frameType.headers, 1));
    await raw.next(-1);
    equal(door.visitors.length, 1);
    await until(() => rig.serving.connections() === 0);
  });

  test('whose client reads nothing ends all the same', async (t) => {
    const limits = {
      ...usualTlsLimits,
      farewellMs: 20,
      controlFrames: { burst: 20, perSecond: 1 },
    };
    const answer = plainAnswer('x'.repeat(60_000));
    const door = cannedDoor(({ stream }) => void stream.write(answer));
    const { raw, rig } = await client(t, door, limits);
    await raw.next(frameType.settings);
    raw.socket.pause();
    const room = frame(frameType.settings, 0, 0, Buffer.from('00047fffffff', 'hex'));
    const more = frame(frameType.windowUpdate, 0, 0, Buffer.from('7fff0000', 'hex'));
    const ids = Array.from({ length: 90 }, (_, index) => 2 * index + 1);
    raw.send(room, more, ...ids.map((id) => headers(id)));
    await until(() => door.visitors.length === 90);
    raw.send(...Array.from({ length: 50 }, () => frame(frameType.ping, 0, 0, Buffer.alloc(8))));
    await until(() => rig.serving.connections() === 0);
    ok(door.visitors.every(({ isClosed }) => isClosed));
  });

  test('that stops sending is over, and so are its requests', async (t) => {
    const { raw, door, rig } = await client(
      t,
      cannedDoor(() => {}),
    );
    raw.send(headers(1));
    await until(() => door.visitors.length === 1);
    raw.socket.end();
    await until(() => door.visitors[0]?.isClosed === true && rig.serving.connections() === 0);
  });
});
