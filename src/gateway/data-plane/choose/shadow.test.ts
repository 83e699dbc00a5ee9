import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as listenRaw, type Server } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServedInstance } from './chooser.ts';
import { shadow, usualShadowLimits } from './shadow.ts';

let ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(server: Server): Promise<ServedInstance> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const endpoint = { instance: 'i', host: '127.0.0.1', port, open: 0, idle: [], isGone: false };
  return { endpoint, version: 'v', state: 'hidden', counter: {} } as unknown as ServedInstance;
}

interface Seen {
  headers: IncomingMessage['headers'];
  method: string | undefined;
  body: string;
}

async function mirror(seen: Seen[], answer = 'thrown away'): Promise<ServedInstance> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (bytes: Buffer) => pieces.push(bytes));
    request.on('end', () => {
      const { headers, method } = request;
      seen.push({ headers, method, body: Buffer.concat(pieces).toString() });
      response.end(answer);
    });
  });
  return listening(server);
}

function shadowOf(limits: Partial<typeof usualShadowLimits> = {}) {
  const made = shadow({ ...usualShadowLimits, ...limits });
  ends.push(() => made.close());
  return made;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await nextTurn();
}

const head = (lines = '') => `POST /a HTTP/1.1\r\nHost: a.test\r\n${lines}\r\n`;

describe('a shadow', () => {
  test('gets the request as it was, marked, on a connection that ends', async () => {
    const seen: Seen[] = [];
    const to = await mirror(seen);
    const copy = shadowOf().begin(to, head('Transfer-Encoding: chunked\r\nX-A: b\r\n'));
    copy?.write(Buffer.from('3\r\nabc\r\n'));
    copy?.write(Buffer.from('0\r\n\r\n'));
    copy?.end();
    copy?.abandon();
    await until(() => seen.length === 1);
    assert.equal(seen[0]?.body, 'abc');
    assert.equal(seen[0]?.method, 'POST');
    assert.equal(seen[0]?.headers['x-signalbox-shadow'], '1');
    assert.equal(seen[0]?.headers['x-a'], 'b');
    assert.equal(seen[0]?.headers.connection, 'close');
  });

  test('never sees half a request: one whose client left, or with too long a body', async () => {
    const seen: Seen[] = [];
    const to = await mirror(seen);
    const made = shadowOf({ bodyBytes: 10 });
    const left = made.begin(to, head('Content-Length: 5\r\n'));
    left?.write(Buffer.from('ab'));
    left?.abandon();
    left?.end();
    const long = made.begin(to, head('Content-Length: 11\r\n'));
    long?.write(Buffer.from('0123456789'));
    long?.write(Buffer.from('0'));
    long?.end();
    made.begin(to, head('X-Last: 1\r\nContent-Length: 0\r\n'))?.end();
    await until(() => seen.length > 0);
    assert.equal(seen[0]?.headers['x-last'], '1');
    assert.deepEqual(made.counts, { sent: 1, dropped: 1 });
  });

  test('is for so many at once; those beyond are dropped, and there is room again afterwards', async () => {
    const seen: Seen[] = [];
    const to = await mirror(seen);
    const made = shadowOf({ requests: 2 });
    const copies = [1, 2, 3].map(() => made.begin(to, head('Content-Length: 0\r\n')));
    assert.equal(copies[2], null);
    assert.deepEqual(made.counts, { sent: 0, dropped: 1 });
    for (const copy of copies) copy?.end();
    await until(() => seen.length === 2);
    const begin = () => made.begin(to, head('Content-Length: 0\r\n'));
    let again = begin();
    await until(() => (again ??= begin()) !== null);
    again?.end();
    await until(() => seen.length === 3);
  });

  test('takes no upgrades, and nothing for an instance that is gone', async () => {
    const to = await mirror([]);
    const made = shadowOf();
    assert.equal(made.begin(to, head('Connection: Upgrade\r\nUpgrade: websocket\r\n')), null);
    to.endpoint.isGone = true;
    assert.equal(made.begin(to, head()), null);
  });

  test('that refuses, stalls, talks nonsense or without end is given up in silence', async () => {
    const closed = await mirror([]);
    ends.pop()?.();
    const begun: string[] = [];
    const server = listenRaw((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        const how = /GET \/(\w+)/.exec(bytes.toString())?.[1] ?? '';
        begun.push(how);
        if (how === 'nonsense') socket.end('\0\0\0');
        if (how === 'reset') socket.resetAndDestroy();
        if (how !== 'endless') return;
        const more = setInterval(() => socket.write(Buffer.alloc(64 * 1024)), 1);
        socket.once('close', () => clearInterval(more));
      });
    });
    const to = await listening(server);
    const made = shadowOf({ requests: 4, limitMs: 100, answerBytes: 200_000 });
    made.begin(closed, head())?.end();
    for (const how of ['stall', 'nonsense', 'reset', 'endless']) {
      const begin = () => made.begin(to, `GET /${how} HTTP/1.1\r\nHost: a.test\r\n\r\n`);
      let copy = begin();
      await until(() => (copy ??= begin()) !== null);
      copy?.end();
    }
    await until(() => begun.length === 4);
    // All four places become free again.
    const places: unknown[] = [];
    await until(() => {
      const place = made.begin(to, head());
      if (place !== null) places.push(place);
      return places.length === 4;
    });
  });
});
