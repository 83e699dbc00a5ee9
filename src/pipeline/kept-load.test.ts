import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyHistogram } from '../checks/report/latency-histogram.ts';
import { keptLoad } from './kept-load.ts';

const fine = (count: number): LatencyHistogram =>
  Array.from({ length: count }, (_, index) => [1_000 + index, 1]);
const load = (buckets: LatencyHistogram, ticks: number) => ({
  requests: 100_000,
  bad: 0,
  seconds: 1,
  buckets,
  ticks: Array.from({ length: ticks }, () => ({ requests: 1, bad: 0, seconds: 1, buckets })),
  missing: [],
});

test('a usual load result is kept as it is', () => {
  const usual = load(fine(200), 60);
  assert.deepEqual(keptLoad(usual), usual);
});

test('very many buckets become those of the gateway, which hold as many requests and no lower bounds', () => {
  const { buckets } = keptLoad(load(fine(5_000), 0));
  assert.ok(buckets.length < 250, `${buckets.length}`);
  assert.equal(
    buckets.reduce((sum, [, count]) => sum + count, 0),
    5_000,
  );
  assert.ok((buckets[0]?.[0] ?? 0) >= 1_000);
  const last = buckets.at(-1)?.[0] ?? 0;
  assert.ok(last >= 5_999 && last <= 5_999 * 1.021, `${last}`);
});

test('ticks that are too many are left out, and the whole is kept', () => {
  for (const huge of [load(fine(10), 601), load(fine(900), 60)]) {
    const kept = keptLoad(huge);
    assert.deepEqual([kept.ticks, kept.requests], [[], 100_000]);
  }
});
