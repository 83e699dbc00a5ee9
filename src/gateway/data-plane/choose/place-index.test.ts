import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeIndex } from './place-index.ts';

function indexOf(...paths: string[]) {
  const index = placeIndex<{ route: { host: string; path: string } }>();
  for (const path of paths) index.add({ route: { host: 'a.test', path } });
  return {
    index,
    found: (path: string) => {
      const found = index.find('a.test', path);
      return found === null || found === 'unclear' ? found : found.route.path;
    },
  };
}

describe('the place of a path', () => {
  const { found, index } = indexOf('/', '/shop', '/shop/cart', '/docs');

  test('is the longest one that fits by whole segments, without the query', () => {
    assert.equal(found('/'), '/');
    assert.equal(found('/shop'), '/shop');
    assert.equal(found('/shop/'), '/shop');
    assert.equal(found('/shop?to=/docs/..//x'), '/shop');
    assert.equal(found('/shop/cart/1?a=b'), '/shop/cart');
    assert.equal(found('/shop/carts'), '/shop');
    assert.equal(found('/shopping'), '/');
    assert.equal(found('/docsx/docs'), '/');
    assert.equal(found('*'), '/');
    assert.equal(found('/?/shop'), '/');
    assert.equal(index.find('b.test', '/'), null);
  });

  test('tells upper case from lower case', () => assert.equal(found('/Shop'), '/'));

  test('is unclear where readers would disagree', () => {
    const sameEverywhere = [
      '/shop/a%2fb',
      '/shop/%61',
      '/shop//a',
      '/shop/a;b=c',
      '/x%20y',
      '/.well-known/a',
    ];
    for (const path of sameEverywhere) assert.notEqual(found(path), 'unclear', path);
    const unclear = [
      '/shop/../x',
      '/shop/..',
      '/shop/cart/../../docs',
      '/shop/%2e%2e/docs',
      '/shop/.%2E/docs',
      '/shop%2f..%2fdocs',
      '/shop/..;/docs',
      '/shop/..%3bx/docs',
      '/shop/..\\docs',
      '/shop/%252e%252e/docs',
      '/./shop',
      '/shop/.',
      '/;/shop',
      '//shop',
      '/%2fshop',
      '/shop%2fcart',
      '/shop%2Fx',
      '/shop%252fx',
      '/shop%5cx',
      '/shop\\x',
      '\\shop',
      '/shop;v=1/x',
      '/shop%3bv',
      '/sho%70',
      '/%73hop/x',
      '/sho%2570',
      '/shop/c%61rt',
      '/shop//cart',
      '/docs/..%2fshop/%2e%2e/docs',
    ];
    for (const path of unclear) assert.equal(found(path), 'unclear', path);
  });

  test('takes a time that grows no faster than its length', () => {
    for (const piece of [
      '/',
      '%',
      '%25',
      '%2f',
      '%61',
      '/a',
      '/;',
      '/.',
      ';',
      '\\',
      '%2e',
      '/..',
      '.',
    ]) {
      found(`/shop${piece.repeat(32_768 / piece.length)}`);
      found(`/${piece.repeat(32_768 / piece.length)}`);
    }
  });
});

test('with a single place at / every path is its own business', () => {
  const { found } = indexOf('/');
  for (const path of ['/a/../b', '//x', '/a%2fb', '*']) assert.equal(found(path), '/', path);
});

test('a host without a place at / has nothing elsewhere', () => {
  const { found } = indexOf('/shop');
  assert.equal(found('/shop/x'), '/shop');
  assert.equal(found('/x'), null);
  assert.equal(found('/x/../shop'), 'unclear');
  assert.equal(found('//shop'), 'unclear');
});

test('a place that was removed is gone, its neighbours are not', () => {
  const { found, index } = indexOf('/', '/shop');
  const shop = index.at({ host: 'a.test', path: '/shop' });
  assert.ok(shop);
  index.remove(shop);
  assert.equal(found('/shop/../x'), '/');
  const root = index.at({ host: 'a.test', path: '/' });
  assert.ok(root);
  index.remove(root);
  assert.equal(found('/'), null);
});
