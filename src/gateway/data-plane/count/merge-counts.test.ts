import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrafficCount } from '../../traffic.ts';
import { addCounts, keyOf, mergeCounts, type CountSums } from './merge-counts.ts';
import { aCount, someCounts, someNumbers } from '../../../../test/support/some-counts.ts';

const rounds = Array.from({ length: 300 }, (_, seed) => {
  const number = someNumbers(seed);
  return [someCounts(number), someCounts(number), someCounts(number)] as const;
});

test('in which order workers are merged makes no difference', () => {
  for (const [one, two, three] of rounds) {
    assert.deepEqual(mergeCounts([one, two, three]), mergeCounts([three, one, two]));
  }
});

test('merging what was merged is merging it all', () => {
  for (const [one, two, three] of rounds) {
    const all = mergeCounts([one, two, three]);
    assert.deepEqual(mergeCounts([mergeCounts([one, two]), three]), all);
    assert.deepEqual(mergeCounts([one, mergeCounts([two, three])]), all);
  }
});

test('nothing is lost and nothing is made up', () => {
  for (const lists of rounds) {
    const merged = mergeCounts(lists);
    assert.deepEqual(sumOfAll(merged), sumOfAll(lists.flat()));
    assert.equal(new Set(merged.map(keyOf)).size, merged.length);
    for (const { firstByte } of merged) {
      const buckets = firstByte.map(([bucket]) => bucket);
      assert.deepEqual(
        buckets,
        [...new Set(buckets)].sort((a, b) => a - b),
      );
    }
  }
});

test('lines about different things stay apart', () => {
  const lines = [
    aCount({ requests: 1 }),
    aCount({ requests: 1, path: '/shop' }),
    aCount({ requests: 1, instance: '' }),
    aCount({ requests: 1, version: 'deploy-2' }),
  ];
  assert.equal(mergeCounts([lines, lines]).length, 4);
});

test('adding to sums leaves what was added as it is', () => {
  const [one] = rounds.find(([lines]) => lines.length > 2)!;
  const before = structuredClone(one);
  const sums: CountSums = new Map();
  addCounts(sums, one);
  addCounts(sums, one);
  assert.deepEqual(one, before);
  assert.deepEqual(sumOfAll([...sums.values()]), sumOfAll([...one, ...one]));
});

function sumOfAll(counts: readonly TrafficCount[]): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (name: string, number: number): void => {
    sums[name] = (sums[name] ?? 0) + number;
  };
  for (const count of counts) {
    for (const [name, value] of Object.entries(count)) {
      if (typeof value === 'number') add(`${keyOf(count)} ${name}`, value);
    }
    for (const [index, answers] of count.answers.entries()) {
      add(`${keyOf(count)} ${index}`, answers);
    }
    for (const name of ['firstByte', 'total'] as const) {
      for (const [bucket, hits] of count[name]) add(`${keyOf(count)} ${name} ${bucket}`, hits);
    }
  }
  return sums;
}
