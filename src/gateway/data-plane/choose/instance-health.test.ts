import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as listenRaw, type Server } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import type { Endpoint } from './chooser.ts';
import { askHealth } from './ask-health.ts';
import { watchHealth } from './instance-health.ts';

let ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(server: Server): Promise<Endpoint> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { instance: 'i', host: '127.0.0.1', port, open: 0, idle: [], isGone: false };
}

const ask = (endpoint: Endpoint, timeoutMs = 5000): Promise<boolean> =>
  new Promise((resolve) => {
    askHealth(endpoint, { path: '/up', timeoutMs, everyMs: 1 }, 'a.test', resolve);
  });

/** Something that answers each connection with these bytes. */
const saying = (bytes: string) =>
  listening(
    listenRaw((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(bytes));
    }),
  );

describe('a health check', () => {
  test('asks for the path by the name of the place', async () => {
    const seen: unknown[] = [];
    const endpoint = await listening(
      createServer(({ url, method, headers }, response) => {
        seen.push([method, url, headers.host]);
        response.end();
      }),
    );
    assert.equal(await ask(endpoint), true);
    assert.deepEqual(seen, [['GET', '/up', 'a.test']]);
  });

  test('is good for 2xx and 3xx alone', async () => {
    for (const status of ['200 OK', '204 ', '302 Found', '299']) {
      assert.equal(await ask(await saying(`HTTP/1.1 ${status}\r\n\r\n`)), true, status);
    }
    for (const line of [
      'HTTP/1.1 404 No',
      'HTTP/1.1 503 No',
      'HTTP/1.1 100 Go',
      'HTTP/2 200 OK',
      'SSH-2.0-OpenSSH',
    ]) {
      assert.equal(await ask(await saying(`${line}\r\n\r\n`)), false, line);
    }
  });

  test('is bad for one that refuses, closes or says nothing in time', async () => {
    const closing = await listening(listenRaw((socket) => socket.end()));
    assert.equal(await ask(closing), false);
    assert.equal(await ask(await saying(''), 30), false);
    assert.equal(await ask(await saying('HTTP/1.1 2'), 30), false);
    const gone = await saying('');
    ends.pop()?.();
    assert.equal(await ask(gone), false);
  });
});

test('two bad checks in a row take an instance out, two good ones bring it back', async () => {
  let [status, checks] = [200, 0];
  const endpoint = await listening(
    createServer((_, response) => {
      checks++;
      response.writeHead(status).end();
    }),
  );
  const watch = watchHealth(endpoint, { path: '/', everyMs: 5, timeoutMs: 5000 }, 'a.test');
  ends.push(() => watch.stop());
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

  while (checks < 3) await pause();
  assert.equal(watch.isOut, false);
  status = 500;
  const before = checks;
  while (!watch.isOut) await pause();
  assert.ok(checks >= before + 2);
  status = 200;
  const bad = checks;
  while (watch.isOut) await pause();
  assert.ok(checks >= bad + 2);
});
