import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LoadResult } from '../checks/report/load-result.ts';
import { replay } from '../rollout/analysis/judge.ts';
import { compareLoad } from './compare-load.ts';
import { loadInWords } from './load-words.ts';

const histogram: [upperUs: number, count: number][] = [
  [1_000, 300],
  [2_000, 250],
  [5_000, 220],
  [10_000, 140],
  [20_000, 50],
  [50_000, 30],
  [100_000, 10],
];

/** A thousand requests, each so many times as slow as the usual ones. */
function load(times: number, more: Partial<LoadResult> = {}): LoadResult {
  const buckets = histogram.map(([upperUs, count]): [number, number] => [upperUs * times, count]);
  return { requests: 1000, bad: 1, seconds: 10, buckets, ticks: [], missing: [], ...more };
}

const compared = (candidate: LoadResult, stable: LoadResult) => compareLoad({ candidate, stable });

describe('two load results', () => {
  test('that are alike say nothing against the newer one', () => {
    const alike = compared(load(1), load(1));
    assert.equal(alike.verdict.action, 'go on');
    assert.deepEqual(alike.cutPoints, [2_000, 5_000, 10_000, 20_000, 50_000]);
    assert.match(
      loadInWords(alike),
      /^1 of 1,000 requests failed, there 1 of 1,000 \(1 × the rate\)/,
    );
  });

  test('of which the newer one is slower throughout make it worse', () => {
    const slower = compared(load(3), load(1));
    assert.equal(slower.verdict.action, 'roll back');
    assert.equal(slower.verdict.worst?.metric, 'latency');
    assert.match(
      loadInWords(slower),
      /^\d+ of 1,000 requests took longer than \S+ ms, there \d+ of 1,000 \(\S+ × the rate\); e = \S+, worse from 200 on$/,
    );
  });

  test('of which the newer one fails more often make it worse', () => {
    const failing = compared(load(1, { bad: 40 }), load(1));
    assert.equal(failing.verdict.action, 'roll back');
    assert.match(
      loadInWords(failing),
      /^40 of 1,000 requests failed, there 1 of 1,000 \(40 × the rate\)/,
    );
  });

  test('of which the newer one is faster say nothing against it', () => {
    assert.equal(compared(load(1), load(3)).verdict.action, 'go on');
  });

  test('without latencies are compared by their failures alone', () => {
    const { cutPoints, verdict } = compared(load(3), load(1, { buckets: [] }));
    assert.deepEqual(cutPoints, []);
    assert.deepEqual(
      verdict.evidence.map(({ metric }) => metric),
      ['errors'],
    );
  });

  test('without any request are not judged', () => {
    const none = load(1, { requests: 0, bad: 0, buckets: [] });
    assert.equal(compared(none, load(1)).verdict.action, 'wait');
    assert.equal(compared(load(1), none).verdict.action, 'wait');
  });

  test('with seconds are compared second by second, so that a slow beginning of both is no evidence', () => {
    const ticks = (...counts: [requests: number, bad: number][]) =>
      counts.map(([requests, bad]) => ({ requests, bad, seconds: 1, buckets: [] }));
    const stable = { requests: 1100, bad: 101, ticks: ticks([200, 100], [900, 1]), buckets: [] };
    const ours = { requests: 1100, bad: 451, ticks: ticks([900, 450], [200, 1]), buckets: [] };
    const { ticks: judged, verdict } = compared(load(1, ours), load(1, stable));
    assert.equal(judged.length, 2);
    assert.equal(verdict.action, 'go on');
    assert.equal(
      compared(load(1, { ...ours, ticks: [] }), load(1, stable)).verdict.action,
      'roll back',
    );
    const longer = { ...stable, ticks: ticks([200, 100], [400, 0], [500, 1]) };
    assert.equal(compared(load(1, ours), load(1, longer)).ticks.length, 1);
  });

  test('and their verdict can be made again from what is kept of it', () => {
    const kept = JSON.parse(JSON.stringify(compared(load(3), load(1)))) as ReturnType<
      typeof compareLoad
    >;
    assert.deepEqual(replay(kept.settings, kept.ticks).verdict, kept.verdict);
  });

  test('that nobody can have measured are refused', () => {
    assert.throws(() => compared(load(1, { requests: 2e9 }), load(1)), /cannot be counted/);
  });
});
