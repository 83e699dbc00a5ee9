import assert from 'node:assert/strict';
import { createServer as createPlainServer } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import {
  closedPort,
  endServers,
  found,
  listening,
  networkOrder,
  results,
  web,
} from './network-rig.test-data.ts';
import { noJobs } from './no-jobs.test-data.ts';
import { runInfrastructureChecks } from './run-infrastructure-checks.ts';

afterEach(endServers);

describe('ports', () => {
  test('one that listens is open, one that does not is closed', async () => {
    const [open, closed] = [await listening(createPlainServer()), await closedPort()];
    const all = await results(
      `ports: { a: "127.0.0.1:${open}", b: "127.0.0.1:${closed}", ` +
        `c: { at: "127.0.0.1:${open}", open: false }, d: { at: "127.0.0.1:${closed}", open: false } }`,
    );
    assert.deepEqual(
      all.map(({ name, kind, passed, found }) => [name, kind, passed, found]),
      [
        ['a', 'port', true, 'it accepts connections'],
        ['b', 'port', false, 'nothing listens there'],
        ['c', 'port', false, 'it accepts connections'],
        ['d', 'port', true, 'nothing listens there'],
      ],
    );
  });

  test('an address such as a database has says where to connect to', async () => {
    const port = await listening(createPlainServer());
    const variables = { DATABASE_URL: `postgres://u:p@127.0.0.1:${port}/shop` };
    assert.match(await found('ports: { a: "${DATABASE_URL}" }', { variables }), /^passed/);
  });
});

describe('names', () => {
  test('everything below localhost is this machine', async () => {
    const four = await listening(createPlainServer());
    assert.match(await found(`ports: { a: "staging--shop.localhost:${four}" }`), /^passed/);
    const resolved = await found(
      'addresses: { a: { name: X.LocalHost, resolves-to: [127.0.0.1, "0:0::1"] } }',
    );
    assert.equal(resolved, 'passed: it resolves to 127.0.0.1, ::1');
  });

  test('a name that resolves elsewhere, or not at all, fails', async () => {
    const elsewhere = await found('addresses: { a: { name: localhost, resolves-to: 192.0.2.1 } }');
    assert.equal(elsewhere, 'failed: it resolves to 127.0.0.1, ::1');
    assert.match(await found('addresses: { a: no-such-host.invalid }'), /^failed/);
  });

  test('hosts of the domain are asked at the entrance, under their own name', async () => {
    const port = await web((request, response) =>
      response.end(`you asked ${request.headers.host}`),
    );
    const entrance = { domain: 'example.test', host: '127.0.0.1', port };
    const file =
      'urls: { a: { url: "http://shop.example.test/", contains: "asked shop.example.test" } }';
    assert.equal(await found(file, { entrance }), 'passed: it answered 200');
    const other = 'urls: { a: { url: "http://notexample.test.invalid/", timeout: 1s } }';
    assert.match(await found(other, { entrance }), /^failed/);
  });

  test('link-local addresses are never asked, nor after a redirect', async () => {
    const refused = 'failed: a link-local address, which Signalbox never asks';
    assert.equal(await found('urls: { a: "http://169.254.169.254/latest/meta-data/" }'), refused);
    assert.equal(await found('ports: { a: "[fe80::1]:80" }'), refused);
    assert.equal(await found('ports: { a: "[::ffff:169.254.169.254]:80" }'), refused);
    const port = await web((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    assert.equal(
      await found(`urls: { a: { url: "http://127.0.0.1:${port}/", redirects: 1 } }`),
      refused,
    );
  });
});

describe('URLs', () => {
  test('status, headers and body decide', async () => {
    const port = await web((request, response) => {
      response.writeHead(Number(request.url?.slice(1, 4)), { 'content-type': 'text/plain; a=b' });
      response.end('database: ok\n');
    });
    const at = `http://127.0.0.1:${port}`;
    const facts: [string, RegExp][] = [
      [`"${at}/204"`, /^passed: it answered 204$/],
      [`"${at}/404"`, /^failed: it answered 404; its body begins: database: ok$/],
      [`{ url: "${at}/404", status: [401, 404] }`, /^passed/],
      [`{ url: "${at}/302" }`, /^failed: it answered 302/],
      [`{ url: "${at}/200", contains: [database, ok] }`, /^passed/],
      [`{ url: "${at}/200", contains: "queue" }`, /^failed: it answered 200, without "queue"; its/],
      [`{ url: "${at}/200", lacks: "ok" }`, /^failed: it answered 200, with "ok"; its/],
      [`{ url: "${at}/200", headers: { Content-Type: text/plain } }`, /^passed/],
      [`{ url: "${at}/200", headers: { x-a: b } }`, /^failed: it answered 200, without x-a;/],
      [
        `{ url: "${at}/200", headers: { content-type: html } }`,
        /with content-type: text\/plain; a=b/,
      ],
    ];
    for (const [check, expected] of facts)
      assert.match(await found(`urls: { a: ${check} }`), expected, check);
  });

  test('what is sent reaches its own origin only, through as many redirects as were allowed', async () => {
    const asked: unknown[] = [];
    const other = await web((request, response) => {
      asked.push(request.headers.authorization);
      response.end('there');
    });
    const port = await web((request, response) => {
      asked.push(request.headers.authorization);
      const location = request.url === '/' ? '/next' : `http://127.0.0.1:${other}/`;
      response.writeHead(307, { location }).end();
    });
    const check = (redirects: number) =>
      `urls: { a: { url: "http://127.0.0.1:${port}/", send: { authorization: me }, redirects: ${redirects}, contains: there } }`;
    assert.equal(await found(check(2)), 'passed: it answered 200');
    assert.deepEqual(asked, ['me', 'me', undefined]);
    assert.match(await found(check(1)), /^failed: it answered 307/);
  });

  test('of a body without end 64 KiB are read', async () => {
    let isOver = false;
    const port = await web((_, response) => {
      response.on('close', () => (isOver = true));
      const more = (): void => {
        while (!isOver && response.write('x'.repeat(16 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const file = `urls: { a: { url: "http://127.0.0.1:${port}/", contains: xxx, timeout: 1m } }`;
    assert.equal(await found(file), 'passed: it answered 200');
    const late = await web((_, response) => response.end(`${'x'.repeat(64 * 1024)}end`));
    assert.match(
      await found(`urls: { a: { url: "http://127.0.0.1:${late}/", contains: end } }`),
      /^failed: it answered 200, without "end"/,
    );
  });

  test('silence, nonsense, another protocol and a broken answer fail in words', async () => {
    const saying = (bytes: string, thenEnd = true) =>
      listening(
        createPlainServer((socket) =>
          socket.once('data', () => (thenEnd ? socket.end(bytes) : socket.write(bytes))),
        ),
      );
    const tooLarge = 'the head of its answer is too large';
    const silence = 'it did not answer in time';
    const broken = 'it broke the connection off';
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc';
    const upgrade = 'HTTP/1.1 101 Over\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    const facts: [port: number, timeout: string, expected: string][] = [
      [await saying('', false), '100ms', silence],
      [await saying(half, false), '100ms', silence],
      [await saying('SSH-2.0-OpenSSH\r\n'), '1m', 'it does not speak HTTP'],
      [await saying(''), '1m', broken],
      [await saying(half), '1m', broken],
      [await saying(upgrade), '1m', broken],
      [await saying(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(40_000)}\r\n\r\n`), '1m', tooLarge],
    ];
    for (const [port, timeout, expected] of facts) {
      const file = `urls: { a: { url: "http://127.0.0.1:${port}/", timeout: ${timeout} } }`;
      assert.equal(await found(file), `failed: ${expected}`);
    }
  });

  test('one that fails is asked again until it answers well, or its time is over', async () => {
    let asked = 0;
    const port = await web((_, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end();
    });
    const check = (within: string) =>
      `urls: { a: { url: "http://127.0.0.1:${port}/", within: ${within} } }`;
    assert.match(await found(check('0s')), /^failed: it answered 503/);
    assert.equal(asked, 1);
    assert.equal(await found(check('5m')), 'passed: it answered 200');
    assert.equal(asked, 3);
    asked = -1e9;
    assert.match(await found(check('150ms')), /^failed: it answered 503/);
  });

  test('no secret and nothing a terminal would obey is shown', async () => {
    const port = await web((_, response) => response.end('token=sesame-open-1 \u001b[2J'));
    const order = { variables: { T: 'sesame-open-1', N: 'no' }, secret: { T: 'sesame-open-1' } };
    const file = `urls: { a: { url: "http://127.0.0.1:${port}/?\${T}", contains: "\${N}-\${T}" } }`;
    const [result] = await results(file, order);
    assert.equal(
      result?.found,
      'it answered 200, without "no-${T}"; its body begins: token=[T] \\u001b[2J',
    );
    assert.equal(result.expected, `http://127.0.0.1:${port}/?\${T} answers 2xx, with "no-\${T}"`);
  });
});

test('abort ends the waiting', async () => {
  const silent = await listening(createPlainServer());
  const leave = new AbortController();
  const file = `urls: { a: { url: "http://127.0.0.1:${silent}/", timeout: 1m, within: 5m } }`;
  const waiting = runInfrastructureChecks({ jobs: noJobs }, networkOrder(file), leave.signal);
  leave.abort(new Error('left'));
  await assert.rejects(waiting, { message: 'left' });
});
