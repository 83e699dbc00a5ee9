import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, grouped, milliseconds, percent, plural } from './number-words.ts';

test('bytes have one decimal below ten of a unit', () => {
  assert.deepEqual([0, 999, 1000, 9949, 12_345, 3_400_000_000].map(bytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '12 kB',
    '3.4 GB',
  ]);
});

test('a share is whole percents, and more precise where it is small', () => {
  assert.deepEqual([0, 0.00001, 0.0002, 0.0345, 0.1, 0.994, 1].map(percent), [
    '0 %',
    '< 0.01 %',
    '0.02 %',
    '3.5 %',
    '10 %',
    '99 %',
    '100 %',
  ]);
});

test('milliseconds become seconds from one on', () => {
  assert.deepEqual([4.24, 130.4, 2100].map(milliseconds), ['4.2 ms', '130 ms', '2.1 s']);
});

test('a noun is one or several', () => {
  assert.equal(grouped(12_345), '12,345');
  assert.deepEqual(
    [0, 1, 1200].map((count) => plural(count, 'change')),
    ['0 changes', '1 change', '1,200 changes'],
  );
});
