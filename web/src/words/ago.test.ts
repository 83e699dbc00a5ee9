import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, span } from './ago.ts';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test('a span has its largest unit, and the next one where it matters', () => {
  const shown: readonly (readonly [ms: number, words: string])[] = [
    [0, '0 s'],
    [400, '0 s'],
    [600, '1 s'],
    [59.4 * second, '59 s'],
    [59.6 * second, '1 min'],
    [90 * second, '1 min 30 s'],
    [12 * minute + 7 * second, '12 min'],
    [2 * hour + 5 * minute, '2 h 5 min'],
    [23 * hour + 59 * minute, '23 h 59 min'],
    [3 * day + 4 * hour + 59 * minute, '3 d 4 h'],
    [400 * day, '400 d'],
    [-5 * second, '0 s'],
  ];
  for (const [ms, words] of shown) assert.equal(span(ms), words, String(ms));
});

test('what was is ago, what will be is in, and this very second is now', () => {
  assert.equal(ago(0, 3 * minute), '3 min ago');
  assert.equal(ago(2 * hour, 0), 'in 2 h');
  assert.equal(ago(500, 0), 'now');
  assert.equal(ago(0, 999), 'now');
});
