import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ContractOptions,
  type GatewayUnderTest,
  routeBetween,
  routeTo,
  versionOf,
} from './gateway-under-test.ts';

const long = { limitMs: 30_000 };

/** The promise, and whether it has been kept. */
function watched<Result>(promise: Promise<Result>): { promise: Promise<Result>; done: boolean } {
  const watch = { promise, done: false };
  void promise.then(() => (watch.done = true));
  return watch;
}

export function drainFacts(now: () => GatewayUnderTest, { network = true }: ContractOptions): void {
  test('a request in flight ends on the instance that has it, and drain waits for it', async () => {
    const it = now();
    const [old, fresh] = [await it.instance('old'), await it.instance('fresh')];
    await it.gateway.apply([{ set: routeTo('shop.test', old.upstream) }]);
    const held = await it.hold('shop.test');
    await it.gateway.apply([{ set: routeTo('shop.test', fresh.upstream) }]);
    assert.equal((await it.visit('shop.test')).from, 'fresh');
    const drained = watched(it.gateway.drain(['old'], long));
    for (let n = 0; n < 5; n += 1) await it.gateway.routes();
    assert.equal(drained.done, false);
    held.finish();
    assert.equal(await held.ended, 'answered');
    assert.deepEqual(await drained.promise, { cutOff: 0 });
    assert.deepEqual(await it.gateway.drain(['old', 'never-was'], long), { cutOff: 0 });
  });

  test('at its limit drain cuts off what is open, and only there', async () => {
    const it = now();
    const [old, other] = [await it.instance('old'), await it.instance('other')];
    await it.gateway.apply([
      { set: routeTo('old.test', old.upstream) },
      { set: routeTo('other.test', other.upstream) },
    ]);
    const [lost, kept] = [await it.hold('old.test'), await it.hold('other.test')];
    await it.gateway.apply([{ remove: { host: 'old.test', path: '/' } }]);
    assert.deepEqual(await it.gateway.drain(['old'], { limitMs: 50 }), { cutOff: 1 });
    assert.equal(await lost.ended, 'cut off');
    kept.finish();
    assert.equal(await kept.ended, 'answered');
  });

  test('at its limit drain leaves what is open where it is told so', async () => {
    const it = now();
    const old = await it.instance('old');
    await it.gateway.apply([{ set: routeTo('shop.test', old.upstream) }]);
    const held = await it.hold('shop.test');
    await it.gateway.apply([{ remove: { host: 'shop.test', path: '/' } }]);
    const left = await it.gateway.drain(['old'], { limitMs: 50, atLimit: 'leave' });
    assert.deepEqual(left, { cutOff: 0 });
    held.finish();
    assert.equal(await held.ended, 'answered');
  });

  test('it waits for users whose cookie names the version, until none has come for a while', async () => {
    const it = now();
    const [old, fresh] = [await it.instance('old'), await it.instance('fresh')];
    const both = [versionOf('v1', 100, old), versionOf('v2', 0, fresh)];
    await it.gateway.apply([{ set: routeBetween('shop.test', [both[0]!]) }]);
    const split = [versionOf('v1', 50, old), versionOf('v2', 50, fresh)];
    await it.gateway.apply([{ set: routeBetween('shop.test', split) }]);
    let cookie = '';
    while (cookie === '') {
      const answer = await it.visit('shop.test');
      if (answer.from === 'old') cookie = answer.cookie;
    }
    const draining = [{ ...versionOf('v1', 0, old), draining: true }, versionOf('v2', 100, fresh)];
    await it.gateway.apply([{ set: routeBetween('shop.test', draining) }]);
    await it.visit('shop.test', { headers: { cookie } });

    const sessionIdleMs = 1_500;
    const drained = watched(it.gateway.drain(['old'], { ...long, sessionIdleMs }));
    const began = Date.now();
    let last = began;
    let longestGapMs = 0;
    while (Date.now() - began < 2 * sessionIdleMs) {
      const { from } = await it.visit('shop.test', { headers: { cookie } });
      longestGapMs = Math.max(longestGapMs, Date.now() - last);
      last = Date.now();
      if (longestGapMs < sessionIdleMs) {
        assert.deepEqual([from, drained.done], ['old', false]);
      }
      await pause(50);
    }
    assert.deepEqual(await drained.promise, { cutOff: 0 });
  });

  if (!network) return;

  test('an open WebSocket holds a drain up, too', async () => {
    const it = now();
    assert.ok(it.holdSocket, 'the rig can open WebSockets');
    const old = await it.instance('old');
    await it.gateway.apply([{ set: routeTo('shop.test', old.upstream) }]);
    const [first, second] = [await it.holdSocket('shop.test'), await it.holdSocket('shop.test')];
    await it.gateway.apply([{ remove: { host: 'shop.test', path: '/' } }]);
    const drained = watched(it.gateway.drain(['old'], long));
    for (let n = 0; n < 5; n += 1) await it.gateway.routes();
    assert.equal(drained.done, false);
    first.finish();
    second.finish();
    assert.deepEqual(await drained.promise, { cutOff: 0 });
  });
}
