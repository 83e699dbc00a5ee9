import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { testAuthority } from '../../../test/support/test-certificates.ts';
import { authority, endServers, found, listening } from './network-rig.test-data.ts';

const { issue } = authority;
afterEach(endServers);

describe('certificates', () => {
  const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000 + 60_000);
  const served = ({ certificate: cert, key }: { certificate: string; key: string }) =>
    listening(createTlsServer({ cert, key }, (_, response) => response.end('encrypted')));

  test('one that is trusted, for the host and valid for long enough passes', async () => {
    const port = await served(issue(['shop.localhost'], { to: inDays(20) }));
    assert.match(
      await found(`certificates: { a: "shop.localhost:${port}" }`),
      /^passed: it is valid until \d{4}-\d\d-\d\d, 20 days more$/,
    );
    assert.match(
      await found(`certificates: { a: { at: "https://shop.localhost:${port}/x", days: 21 } }`),
      /^failed: it is valid until .*, 20 days more$/,
    );
    assert.match(
      await found(`certificates: { a: { at: "127.0.0.1:${port}", name: shop.localhost } }`),
      /^passed/,
    );
  });

  test('an expired one, one for later, for others or of nobody known fails', async () => {
    const facts: [number, string][] = [
      [await served(issue(['a.localhost'], { to: inDays(-1) })), 'it was valid until '],
      [await served(issue(['a.localhost'], { from: inDays(1) })), 'it is not valid yet'],
      [await served(issue(['b.localhost'])), 'it is for other names'],
      [
        await served(testAuthority('nobody').issue(['a.localhost'])),
        'it is not trusted (UNABLE_TO',
      ],
      [
        await listening(createPlainServer((socket) => socket.end('hello'))),
        'it does not speak TLS',
      ],
    ];
    for (const [port, expected] of facts) {
      const words = await found(`certificates: { a: "a.localhost:${port}" }`);
      assert.ok(words.startsWith(`failed: ${expected}`), words);
    }
  });

  test('trust is not asked for where the file says so, time still is', async () => {
    const stranger = testAuthority('nobody');
    const check = (port: number) =>
      `certificates: { a: { at: "a.localhost:${port}", trusted: false } }`;
    assert.match(await found(check(await served(stranger.issue(['b.localhost'])))), /^passed/);
    const old = await served(stranger.issue(['b.localhost'], { to: inDays(-1) }));
    assert.match(await found(check(old)), /^failed: it was valid until/);
  });

  test('a URL over TLS is answered only to who can trust it', async () => {
    const good = await served(issue(['a.localhost']));
    const bad = await served(testAuthority('nobody').issue(['a.localhost']));
    const url = (port: number) => `"https://a.localhost:${port}/"`;
    assert.match(await found(`urls: { a: { url: ${url(good)}, contains: encrypted } }`), /^passed/);
    assert.match(await found(`urls: { a: ${url(bad)} }`), /^failed: it failed with UNABLE_TO/);
    assert.match(await found(`urls: { a: { url: ${url(bad)}, trusted: false } }`), /^passed/);
  });
});
