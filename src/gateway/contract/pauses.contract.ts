import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PauseLimits } from '../route.ts';
import {
  type ContractOptions,
  type GatewayUnderTest,
  routeTo,
  type TestInstance,
  until,
} from './gateway-under-test.ts';

const place = { host: 'shop.test', path: '/' };
const wide: PauseLimits = { requests: 1000, bytes: 10_000_000, limitMs: 60_000 };

export function pauseFacts(now: () => GatewayUnderTest, { pauses = true }: ContractOptions): void {
  let one: TestInstance;

  const start = async (): Promise<GatewayUnderTest> => {
    const it = now();
    one = await it.instance('one');
    await it.gateway.apply([{ set: routeTo('shop.test', one.upstream) }]);
    return it;
  };

  if (!pauses) {
    test('a pause is refused, and nothing is paused', async () => {
      const it = await start();
      await assert.rejects(it.gateway.apply([{ pause: { ...place, ...wide } }]), {
        code: 'gateway/cannot',
      });
      assert.equal((await it.visit('shop.test')).from, 'one');
    });
    return;
  }

  const waiting = async (): Promise<number> =>
    (await now().gateway.activity()).find(({ host }) => host === place.host)?.waiting ?? 0;

  test('a pause holds requests until it is released, and they see what is set by then', async () => {
    const it = await start();
    const two = await it.instance('two');
    await it.gateway.apply([{ pause: { ...place, ...wide } }]);
    const visits = Array.from({ length: 4 }, () => it.visit('shop.test'));
    const post = it.visit('shop.test', { method: 'POST', body: 'x'.repeat(10_000) });
    await until('all five wait', async () => (await waiting()) === 5);
    assert.deepEqual(one.heard, []);
    await it.gateway.apply([{ set: routeTo('shop.test', two.upstream) }, { release: place }]);
    const answers = await Promise.all([...visits, post]);
    assert.deepEqual(new Set(answers.map(({ from }) => from)), new Set(['two']));
    assert.deepEqual(one.heard, []);
    assert.equal(await waiting(), 0);
  });

  test('no more wait than the bound says, the others get 503 at once', async () => {
    const it = await start();
    await it.gateway.apply([{ pause: { ...place, ...wide, requests: 4 } }]);
    const answered: number[] = [];
    const visits = Array.from({ length: 12 }, async () => {
      answered.push((await it.visit('shop.test')).status);
    });
    await until('each waits or is refused', async () => {
      return answered.length + (await waiting()) === 12;
    });
    const held = await waiting();
    assert.ok(held >= 1 && held <= 4, `${held} wait`);
    assert.deepEqual(
      answered,
      Array.from({ length: 12 - held }, () => 503),
    );
    await it.gateway.apply([{ release: place }]);
    await Promise.all(visits);
    assert.equal(answered.filter((status) => status === 200).length, held);
  });

  test('what has more bytes than the bound is refused', async () => {
    const it = await start();
    await it.gateway.apply([{ pause: { ...place, ...wide, bytes: 2_000 } }]);
    const big = { method: 'POST', body: 'x'.repeat(50_000) };
    assert.equal((await it.visit('shop.test', big)).status, 503);
    await it.gateway.apply([{ release: place }]);
    assert.equal((await it.visit('shop.test', big)).from, 'one');
  });

  test('at the limit of time those who wait get 503, and later ones go through', async () => {
    const it = await start();
    await it.gateway.apply([{ pause: { ...place, ...wide, limitMs: 150 } }]);
    const early = await it.visit('shop.test');
    assert.equal(early.status, 503);
    await until('the pause is over', async () => (await it.visit('shop.test')).from === 'one');
  });

  test('only its own place is paused, and releasing what is not paused changes nothing', async () => {
    const it = await start();
    await it.gateway.apply([
      { set: routeTo('else.test', one.upstream) },
      { pause: { ...place, ...wide } },
      { release: { host: 'else.test', path: '/' } },
    ]);
    assert.equal((await it.visit('else.test')).from, 'one');
    await it.gateway.apply([{ release: place }]);
    await it.gateway.apply([{ release: place }]);
    assert.equal((await it.visit('shop.test')).from, 'one');
  });
}
