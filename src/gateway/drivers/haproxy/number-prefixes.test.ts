import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberPrefixes } from './number-prefixes.ts';

const numbers = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(4, '0'));

test('exactly the numbers of the range begin with one of the prefixes, each with one only', () => {
  let seed = 7;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647) % 10_001;
  for (const [from, to] of [
    [0, 10_000],
    [0, 0],
    [9_999, 10_000],
    ...Array.from({ length: 40 }, () => [next(), next()].sort((a, b) => a - b)),
  ]) {
    const prefixes = numberPrefixes(from!, to!);
    const found = numbers.filter((text) => {
      const fitting = prefixes.filter((prefix) => text.startsWith(prefix));
      assert.ok(fitting.length <= 1);
      return fitting.length === 1;
    });
    assert.deepEqual(
      [found.length, found[0], found.at(-1)],
      [to! - from!, numbers.slice(from, to)[0], numbers.slice(from, to).at(-1)],
    );
  }
});

test('all numbers are one empty prefix, and no range needs many', () => {
  assert.deepEqual(numberPrefixes(0, 10_000), ['']);
  assert.deepEqual(numberPrefixes(0, 2_500), ['0', '1', '20', '21', '22', '23', '24']);
  assert.ok(numberPrefixes(1, 9_999).length <= 72);
});
