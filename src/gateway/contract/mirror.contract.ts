import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatewayUnderTest, routeBetween, until, versionOf } from './gateway-under-test.ts';

export function mirrorFacts(now: () => GatewayUnderTest): void {
  test('a mirror gets copies of safe requests, or the driver says that it cannot', async () => {
    const it = now();
    const [seen, shadow] = [await it.instance('seen'), await it.instance('shadow')];
    const versions = [versionOf('v1', 100, seen), versionOf('v2', 0, shadow)];
    const mirror = { version: 'v2', percent: 100, unsafeMethods: false };
    const set = routeBetween('shop.test', versions, { mirror });
    if (!it.gateway.abilities.mirror) {
      assert.notEqual(it.gateway.abilities.cannot.length, 0, 'it says how to have one');
      await assert.rejects(it.gateway.apply([{ set }]), { code: 'gateway/cannot' });
      return;
    }
    await it.gateway.apply([{ set }]);
    assert.equal((await it.visit('shop.test', { method: 'POST', body: 'x' })).from, 'seen');
    assert.equal((await it.visit('shop.test', { path: '/copied' })).from, 'seen');
    await until('the copy has come', () => shadow.heard.length > 0);
    assert.deepEqual(shadow.heard, ['GET /copied']);
    assert.deepEqual(seen.heard, ['POST /', 'GET /copied']);
  });
}
