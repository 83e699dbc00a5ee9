import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GatewayUnderTest, met, routeTo } from './gateway-under-test.ts';

export function changeFacts(now: () => GatewayUnderTest): void {
  test('a route sends its host to its instances, to each of them', async () => {
    const it = now();
    const [one, two] = [await it.instance('one'), await it.instance('two')];
    await it.gateway.apply([{ set: routeTo('shop.test', one.upstream, two.upstream) }]);
    assert.deepEqual(await met(it, 'shop.test', 40), new Set(['one', 'two']));
    assert.equal((await it.visit('other.test')).status, 404);
  });

  test('the longest path that fits has a request, by whole segments', async () => {
    const it = now();
    const names = ['root', 'shop', 'cart'] as const;
    const [root, shop, cart] = await Promise.all(names.map((name) => it.instance(name)));
    await it.gateway.apply([
      { set: routeTo('shop.test', root!.upstream) },
      { set: { ...routeTo('shop.test', shop!.upstream), path: '/shop' } },
      { set: { ...routeTo('shop.test', cart!.upstream), path: '/shop/cart' } },
    ]);
    const from = async (path: string) => (await it.visit('shop.test', { path })).from;
    assert.equal(await from('/'), 'root');
    assert.equal(await from('/shop'), 'shop');
    assert.equal(await from('/shop?q=/shop/cart'), 'shop');
    assert.equal(await from('/shop/cart/1'), 'cart');
    assert.equal(await from('/shopping'), 'root');
    await it.gateway.apply([{ remove: { host: 'shop.test', path: '/' } }]);
    assert.equal((await it.visit('shop.test', { path: '/else' })).status, 404);
    assert.equal(await from('/shop/cart'), 'cart');
  });

  test('changes are in effect when apply resolves, may be repeated, and the last of one place counts', async () => {
    const it = now();
    const [one, two] = [await it.instance('one'), await it.instance('two')];
    const changes = [
      { set: routeTo('shop.test', one.upstream) },
      { set: routeTo('shop.test', two.upstream) },
      { set: routeTo('gone.test', one.upstream) },
      { remove: { host: 'gone.test', path: '/' } },
      { remove: { host: 'never.test', path: '/' } },
    ];
    await it.gateway.apply(changes);
    await it.gateway.apply(changes);
    assert.deepEqual(await met(it, 'shop.test', 5), new Set(['two']));
    assert.equal((await it.visit('gone.test')).status, 404);
    assert.deepEqual(await it.gateway.routes(), [routeTo('shop.test', two.upstream)]);
  });

  test('one bad change means that none is made', async () => {
    const it = now();
    const { upstream } = await it.instance('one');
    const good = { set: routeTo('shop.test', upstream) };
    for (const bad of [
      { ...good.set, host: 'Not A Host' },
      { ...good.set, path: 'shop' },
      { ...good.set, path: '/shop/' },
      { ...good.set, path: '/shop?x' },
    ]) {
      await assert.rejects(it.gateway.apply([good, { set: bad }]));
      assert.deepEqual(await it.gateway.routes(), []);
    }
  });

  test('routes, fences and activity outlive the gateway', async () => {
    const it = now();
    const { upstream } = await it.instance('one');
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }], { scope: 'env', epoch: 4 });
    await it.visit('shop.test');
    await it.restart();
    assert.equal((await it.visit('shop.test')).from, 'one');
    const [line] = await it.gateway.activity();
    assert.equal(line?.host, 'shop.test');
    await assert.rejects(it.gateway.apply([], { scope: 'env', epoch: 3 }), {
      code: 'gateway/fenced',
    });
  });

  test('a lower fence of the same scope is refused and changes nothing', async () => {
    const it = now();
    const { upstream } = await it.instance('one');
    const change = { set: routeTo('shop.test', upstream) };
    await it.gateway.apply([], { scope: 'env-a', epoch: 7 });
    await assert.rejects(it.gateway.apply([change], { scope: 'env-a', epoch: 6 }), {
      name: 'SignalboxError',
      code: 'gateway/fenced',
    });
    assert.deepEqual(await it.gateway.routes(), []);
    await it.gateway.apply([change], { scope: 'env-a', epoch: 7 });
    await it.gateway.apply([change], { scope: 'env-b', epoch: 1 });
  });
}
