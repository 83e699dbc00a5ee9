import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ContractOptions,
  type GatewayUnderTest,
  met,
  routeBetween,
  until,
  versionOf,
} from './gateway-under-test.ts';

const health = { path: '/health', everyMs: 100, timeoutMs: 2_000 };

export function healthFacts(
  now: () => GatewayUnderTest,
  { network = true, healthChecks = true }: ContractOptions,
): void {
  if (!network) return;

  test('an instance that nobody listens for hurts no visitor while another serves', async () => {
    const it = now();
    const one = await it.instance('one');
    const nobody = { ...one.upstream, instance: 'nobody', port: 1 };
    const version = { ...versionOf('v1', 100, one), instances: [one.upstream, nobody] };
    await it.gateway.apply([{ set: routeBetween('shop.test', [version], { sticky: 'no' }) }]);
    assert.deepEqual(await met(it, 'shop.test', 60), new Set(['one']));
  });

  test('where nobody listens at all a visitor is told so by the gateway', async () => {
    const it = now();
    const one = await it.instance('one');
    const nobody = { ...one.upstream, instance: 'nobody', port: 1 };
    const versions = [{ ...versionOf('v1', 100), instances: [nobody] }, versionOf('v2', 0, one)];
    await it.gateway.apply([{ set: routeBetween('shop.test', versions) }]);
    const { status, from } = await it.visit('shop.test');
    assert.ok(status === 502 || status === 503, `the status is ${status}`);
    assert.equal(from, '', 'a failing version does not hide behind another one');
  });

  if (!healthChecks) return;

  test('a check takes an instance out and brings it back', async () => {
    const it = now();
    const [one, two] = [await it.instance('one'), await it.instance('two')];
    const route = routeBetween('shop.test', [versionOf('v1', 100, one, two)], {
      sticky: 'no',
      health,
    });
    await it.gateway.apply([{ set: route }]);
    await until('both serve', async () => (await met(it, 'shop.test', 40)).size === 2);
    one.setHealthy(false);
    await until('only two serves', async () => {
      const seen = await met(it, 'shop.test', 40);
      return seen.size === 1 && seen.has('two');
    });
    one.setHealthy(true);
    await until('both serve again', async () => (await met(it, 'shop.test', 40)).size === 2);
  });
}
