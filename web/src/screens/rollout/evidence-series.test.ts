import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { allowedShare, evidenceSeries, type Evidence } from './evidence-series.ts';

type Tick = Evidence['ticks'][number];

const begun = Date.UTC(2026, 10, 22) / 1000;

function tick(
  second: number,
  { bad = 0, requests = 10, slower = [] as number[], seconds = 1 },
): Tick {
  const candidate = { requests, bad, slower };
  return {
    tick: second + 1,
    at: new Date((begun + second) * 1000).toISOString(),
    seconds,
    step: 1,
    candidate,
    stable: { requests: 2 * requests, bad: 0, slower },
    action: 'go on',
    e: { errors: second / 10 },
  };
}

const evidence = (ticks: Tick[]): Evidence => ({
  rollout: 'd-1',
  margin: 1.25,
  thresholds: { hold: 1, rollBack: 2 },
  cutPointsMs: [1, 2, 3, 4, 5],
  words: null,
  metrics: [{ metric: 'errors', e: 0, ratio: null }],
  sampleRatio: null,
  ticks,
});

test('a share is that of the ten seconds before', () => {
  const ticks = Array.from({ length: 12 }, (_, second) =>
    tick(second, { bad: second === 0 ? 5 : 0 }),
  );
  const { x, errors } = evidenceSeries(evidence(ticks), 3);
  deepEqual([x[0], x.at(-1)], [begun, begun + 11]);
  const shares = Array.from(errors.candidate);
  deepEqual(shares.slice(0, 2), [0.5, 0.25]);
  equal(shares[9], 5 / 100);
  deepEqual(shares.slice(10), [0, 0]);
});

test('a sum of many seconds is a share of its own, and a rate for each of them', () => {
  const ticks = [
    tick(0, { bad: 30, requests: 60, seconds: 30 }),
    tick(30, { requests: 60, seconds: 30 }),
  ];
  const { errors, requests } = evidenceSeries(evidence(ticks), 3);
  deepEqual(Array.from(errors.candidate), [0.5, 0]);
  deepEqual(Array.from(requests.candidate), [2, 2]);
  deepEqual(Array.from(requests.stable), [4, 4]);
});

test('lines are broken where no requests came for a while', () => {
  const { x, errors, metrics } = evidenceSeries(
    evidence([tick(0, {}), tick(4, {}), tick(20, {})]),
    3,
  );
  deepEqual(Array.from(x), [begun, begun + 4, begun + 5, begun + 20]);
  deepEqual(Array.from(errors.candidate), [0, 0, NaN, 0]);
  deepEqual(Array.from(metrics[0]!.values), [0, 0.4, NaN, 2]);
});

test('latency is missing in seconds in which nobody compared it', () => {
  const slower = [9, 8, 7, 5, 1];
  const { slow } = evidenceSeries(evidence([tick(0, {}), tick(1, { slower }), tick(2, {})]), 3);
  deepEqual(Array.from(slow!.candidate), [NaN, 0.5, NaN]);
  deepEqual(Array.from(slow!.stable), [NaN, 0.25, NaN]);
  equal(evidenceSeries(evidence([tick(0, {})]), 3).slow, null);
});

test('an arm without requests has no share', () => {
  const { errors, requests } = evidenceSeries(evidence([tick(0, { requests: 0 })]), 3);
  deepEqual(Array.from(errors.candidate), [NaN]);
  deepEqual(Array.from(requests.candidate), [0]);
});

test('what is allowed is a margin of odds, and never more than all', () => {
  equal(allowedShare(0, 1.25), 0);
  equal(allowedShare(1, 1.25), 1);
  equal(allowedShare(0.5, 3), 0.75);
  equal(allowedShare(NaN, 2), NaN);
});
