import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignedVisit } from '../gateway.ts';
import {
  type GatewayUnderTest,
  met,
  routeBetween,
  type TestInstance,
  until,
  versionOf,
} from './gateway-under-test.ts';

const place = { host: 'shop.test', path: '/' };
const longMs = 600_000;

export function signedVisitFacts(now: () => GatewayUnderTest): void {
  let seen: TestInstance;
  let hidden: TestInstance;
  let candidate: TestInstance;

  const start = async (): Promise<GatewayUnderTest> => {
    const it = now();
    seen = await it.instance('seen');
    hidden = await it.instance('hidden');
    candidate = await it.instance('candidate');
    const instances = [seen.upstream, { ...hidden.upstream, state: 'hidden' as const }];
    const versions = [{ ...versionOf('v1', 100), instances }, versionOf('v2', 0, candidate)];
    await it.gateway.apply([
      { set: routeBetween('shop.test', versions) },
      { set: routeBetween('else.test', versions) },
    ]);
    return it;
  };
  const byHeader = async ({ header }: SignedVisit, host = 'shop.test') =>
    (await now().visit(host, { headers: { [header.name]: header.value } })).from;
  const byCookie = async ({ cookie }: SignedVisit, host = 'shop.test') =>
    (await now().visit(host, { headers: { cookie: `theme=dark; ${cookie}` } })).from;

  test('nobody comes to a hidden instance or a version of weight 0 by chance', async () => {
    const it = await start();
    assert.deepEqual(await met(it, 'shop.test', 40), new Set(['seen']));
  });

  test('a signed visit comes to the instance or version it names, and nowhere else', async () => {
    const it = await start();
    const toInstance = await it.gateway.signedVisit({ ...place, instance: 'hidden' }, longMs);
    const toVersion = await it.gateway.signedVisit({ ...place, version: 'v2' }, longMs);
    assert.ok(toInstance.expiresAt.getTime() > Date.now());
    for (const reach of [byHeader, byCookie]) {
      assert.equal(await reach(toInstance), 'hidden');
      assert.equal(await reach(toVersion), 'candidate');
      assert.equal(await reach(toInstance, 'else.test'), 'seen');
    }
    await it.restart();
    assert.equal(await byHeader(toInstance), 'hidden');
  });

  test('a forged or expired one is as good as none', async () => {
    const it = await start();
    const good = await it.gateway.signedVisit({ ...place, version: 'v2' }, longMs);
    const turned = (text: string) => text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const { name, value } = good.header;
    for (const forged of [turned(value), `${value}x`, value.slice(0, -2), 'x']) {
      assert.equal(await byHeader({ ...good, header: { name, value: forged } }), 'seen');
    }
    assert.equal(await byCookie({ ...good, cookie: turned(good.cookie) }), 'seen');
    const short = await it.gateway.signedVisit({ ...place, version: 'v2' }, 2_000);
    assert.equal(await byHeader(short), 'candidate');
    await until('a visit expires', async () => (await byHeader(short)) === 'seen');
    assert.equal(await byCookie(short), 'seen');
  });

  test('it gives nobody a cookie and counts in no statistics of the version', async () => {
    const it = await start();
    const { header } = await it.gateway.signedVisit({ ...place, version: 'v2' }, longMs);
    const answer = await it.visit('shop.test', { headers: { [header.name]: header.value } });
    assert.deepEqual([answer.from, answer.cookie], ['candidate', '']);
    await it.visit('shop.test');
    const counted = async () => (await it.gateway.totals()).map(({ version }) => version);
    await until('the other visit is counted', async () => (await counted()).includes('v1'));
    assert.ok(!(await counted()).includes('v2'));
  });
}
