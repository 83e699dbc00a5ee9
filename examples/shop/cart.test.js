import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addToCart, cartOfItems, readCart, writeCart } from './cart.js';

test('a cart survives its cookie', () => {
  const cart = addToCart(addToCart(new Map(), '3', 2), '5', 1);
  assert.equal(writeCart(cart), '3x2.5x1');
  assert.deepEqual(readCart(writeCart(cart)), cart);
});

test('nonsense in a cookie is left out', () => {
  assert.deepEqual(readCart('3x0.x.-1x2.4x1.constructorx1'), new Map([['4', 1]]));
  assert.deepEqual(readCart(undefined), new Map());
});

test('what falls to nothing is gone, and nobody orders more than 99', () => {
  assert.deepEqual(addToCart(new Map([['3', 1]]), '3', -1), new Map());
  assert.deepEqual(addToCart(new Map([['3', 98]]), '3', 5), new Map([['3', 99]]));
});

test('an API order is a list of products and quantities', () => {
  assert.deepEqual(cartOfItems([{ product: 3, quantity: 2 }]), new Map([['3', 2]]));
  for (const wrong of [null, [], {}, [null], [{ product: '1;', quantity: 1 }], [{ product: 1, quantity: 0.5 }]]) {
    assert.equal(cartOfItems(wrong), null);
  }
});
