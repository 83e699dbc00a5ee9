import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestMatches } from './best-matches.ts';

const items = ['shop', 'shop environments', 'shop/production', 'shop/preview/new-page', 'blog'].map(
  (words) => ({ words }),
);
const found = (typed: string, most = 10): string[] =>
  bestMatches(items, typed, most).map(({ words }) => words);

test('all letters must be there, in their order', () => {
  assert.deepEqual(found('bg'), ['blog']);
  assert.deepEqual(found('gb'), []);
});

test('the closest together come first', () => {
  assert.deepEqual(found('shop')[0], 'shop');
  assert.deepEqual(found('s prod'), ['shop/production']);
  assert.deepEqual(found('NEWP'), ['shop/preview/new-page']);
});

test('nothing typed is everything as it came, and no more than asked for', () => {
  assert.deepEqual(found('', 2), ['shop', 'shop environments']);
});
