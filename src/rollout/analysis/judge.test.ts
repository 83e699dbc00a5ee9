import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeTick, newJudge, replay, verdictOf } from './judge.ts';
import type { JudgedTick } from './judged-tick.ts';

const settings = { margin: 1.25, hold: 0.1, rollBack: 0.01, healthyBelow: 2 };

const tick = (
  candidate: [requests: number, bad: number],
  stable: [requests: number, bad: number],
  more: Partial<JudgedTick> = {},
): JudgedTick => ({
  candidate: { requests: candidate[0], bad: candidate[1], slower: [] },
  stable: { requests: stable[0], bad: stable[1], slower: [] },
  replicas: [],
  extra: {},
  share: null,
  ...more,
});

const repeated = (count: number, one: JudgedTick): JudgedTick[] =>
  Array.from({ length: count }, () => one);

const verdict = (...ticks: JudgedTick[]) => replay(settings, ticks).verdict;

test('without traffic the judge waits, and says for whom', () => {
  assert.equal(verdict().action, 'wait');
  const noCandidate = verdict(...repeated(100, tick([0, 0], [900, 9])));
  assert.equal(noCandidate.action, 'wait');
  assert.match(noCandidate.words, /No request has reached the candidate yet/u);
  const noStable = verdict(...repeated(100, tick([900, 900], [0, 0])));
  assert.equal(noStable.action, 'wait');
  assert.match(noStable.words, /No request has reached the stable release/u);
});

test('a tick without traffic in one arm adds exactly no evidence', () => {
  const before = verdict(tick([100, 3], [900, 5]));
  const after = verdict(tick([100, 3], [900, 5]), tick([0, 0], [900, 50]), tick([100, 90], [0, 0]));
  assert.equal(after.worst?.eLog, before.worst?.eLog);
});

test('equal arms go on, and their health is proven in time', () => {
  const early = verdict(tick([100, 1], [900, 9]));
  assert.equal(early.action, 'go on');
  assert.equal(early.healthProven, false);
  const late = verdict(...repeated(100, tick([100, 1], [900, 9])));
  assert.equal(late.action, 'go on');
  assert.equal(late.healthProven, true);
  assert.match(late.words, /proven healthy/u);
});

test('growing evidence holds first and rolls back then', () => {
  const actions = Array.from(
    { length: 12 },
    (_, count) => verdict(...repeated(count + 1, tick([100, 3], [900, 5]))).action,
  );
  const inOrder = ['go on', 'hold', 'roll back'];
  assert.deepEqual([...new Set(actions)], inOrder);
  assert.deepEqual(
    [...actions].sort((one, other) => inOrder.indexOf(one) - inOrder.indexOf(other)),
    actions,
  );
});

test('the words of a rollback name counts, ratio and thresholds', () => {
  const { words, worst } = verdict(...repeated(12, tick([100, 4], [900, 4])));
  assert.equal(worst?.metric, 'errors');
  assert.equal(worst?.ratio?.toFixed(6), '9.000000');
  assert.match(
    words,
    /The candidate is worse\. 48 of 1,200 failed, of the stable release 48 of 10,800, 9 × the rate; e = .+, rolled back from 100 on\./u,
  );
});

test('an incident of both arms is no evidence', () => {
  const incident = repeated(300, tick([100, 30], [900, 270]));
  assert.equal(verdict(...incident).action, 'go on');
});

test('a ramp while the metric drifts is no evidence, though the pooled rates differ', () => {
  const calm = repeated(60, tick([100, 0], [9900, 20]));
  const rough = repeated(60, tick([5000, 50], [5000, 50]));
  const found = verdict(...calm, ...rough);
  assert.equal(found.action, 'go on');
  assert.ok(Math.abs((found.worst?.ratio ?? 0) - 1) < 0.05);
});

const latency = (candidate: number[], stable: number[]): JudgedTick => ({
  ...tick([100, 0], [900, 0]),
  candidate: { requests: 100, bad: 0, slower: candidate },
  stable: { requests: 900, bad: 0, slower: stable },
});

test('a slow release is rolled back by latency alone', () => {
  const slow = verdict(...repeated(30, latency([75, 45, 22, 12, 3], [450, 225, 90, 45, 9])));
  assert.equal(slow.action, 'roll back');
  assert.equal(slow.worst?.metric, 'latency');
  const same = verdict(...repeated(30, latency([50, 25, 10, 5, 1], [450, 225, 90, 45, 9])));
  assert.equal(same.action, 'go on');
});

test('ticks without cut points leave latency as it was', () => {
  const slow = latency([75, 45, 22, 12, 3], [450, 225, 90, 45, 9]);
  const before = verdict(slow);
  const after = verdict(tick([100, 0], [900, 0]), slow, tick([100, 0], [900, 0]));
  assert.equal(after.evidence[1]?.eLog, before.evidence[1]?.eLog);
});

test('a further source is a metric of its own, and takes its share of the level', () => {
  const orders = { candidate: { requests: 100, bad: 20 }, stable: { requests: 900, bad: 20 } };
  const ticks = repeated(4, tick([100, 0], [900, 0], { extra: { orders } }));
  const found = verdict(...ticks);
  assert.equal(found.worst?.metric, 'orders');
  assert.equal(found.action, 'roll back');
  assert.match(found.words, /orders: 80 of 400 were bad.+rolled back from 200 on/u);
});

test('bursts between stable replicas divide the evidence', () => {
  const replicas = [
    { requests: 450, bad: 9 },
    { requests: 450, bad: 0 },
  ];
  const bad = [tick([100, 8], [900, 9]), tick([100, 8], [900, 9])];
  const calm = verdict(...bad);
  const bursting = verdict(...bad.map((one) => ({ ...one, replicas })));
  assert.equal(calm.worst?.phi, 1);
  assert.ok(bursting.worst!.phi > 5);
  assert.ok(bursting.worst!.eLog < calm.worst.eLog / 3);
});

test('bursts of slowness are seen where replicas tell them', () => {
  const slow = latency([75, 45, 22, 12, 3], [450, 225, 90, 45, 9]);
  const replicas = [
    { requests: 450, bad: 0, slower: [450, 225, 90, 45, 9] },
    { requests: 450, bad: 0, slower: [0, 0, 0, 0, 0] },
  ];
  const calm = verdict(slow).evidence[1]!;
  const bursting = verdict({ ...slow, replicas }).evidence[1]!;
  assert.ok(bursting.phi > 1 && bursting.eLog < calm.eLog);
});

test('a wrong split holds whatever else is found, and says so', () => {
  const skewed = { share: 0.1 };
  const good = verdict(...repeated(60, tick([200, 0], [800, 0], skewed)));
  assert.equal(good.action, 'hold');
  assert.equal(good.sampleRatio.ok, false);
  assert.match(good.words, /split is wrong: the candidate got 20\.00 % .+ instead of 10\.00 %/u);
  const bad = verdict(...repeated(60, tick([200, 200], [800, 0], skewed)));
  assert.equal(bad.action, 'hold');
  assert.equal(bad.worst?.metric, 'errors');
});

test('the right split is right at every weight of a ramp', () => {
  const ramp = [0, 0.01, 0.05, 0.25, 0.5, 1].flatMap((share) =>
    repeated(60, tick([1000 * share, 0], [1000 * (1 - share), 0], { share })),
  );
  const found = verdict(...ramp);
  assert.deepEqual(found.sampleRatio, { ok: true, p: 1 });
  // A deviation is found although the weights keep changing.
  const off = ramp.map((one) =>
    one.share === 0.5 ? tick([600, 0], [400, 0], { share: 0.5 }) : one,
  );
  assert.equal(verdict(...off).sampleRatio.ok, false);
});

test('whether a total failure could have been seen is known without one', () => {
  assert.equal(verdict(tick([1, 0], [9, 0])).couldSeeTotalFailure, false);
  assert.equal(verdict(...repeated(10, tick([10, 0], [90, 0]))).couldSeeTotalFailure, true);
  assert.equal(verdict(...repeated(10, tick([10, 10], [90, 0]))).action, 'roll back');
});

test('a replay of stored ticks gives the verdict that was given live', () => {
  const ticks = repeated(5, latency([60, 30, 12, 6, 2], [450, 225, 90, 45, 9]));
  let live = newJudge(settings);
  for (const one of ticks) live = judgeTick(JSON.parse(JSON.stringify(live)), one);
  const stored: JudgedTick[] = JSON.parse(JSON.stringify(ticks));
  assert.deepEqual(replay(settings, stored).verdict, verdictOf(live));
  assert.deepEqual(JSON.parse(JSON.stringify(live)), live);
});

test('judging a tick leaves the judge before it as it was', () => {
  const before = judgeTick(newJudge(settings), latency([60, 30, 12, 6, 2], [450, 225, 90, 45, 9]));
  const copy = structuredClone(before);
  judgeTick(before, latency([90, 60, 30, 20, 9], [450, 225, 90, 45, 9]));
  assert.deepEqual(before, copy);
});

test('counts that cannot be are refused', () => {
  const impossible = [
    tick([1, 2], [9, 0]),
    tick([-1, 0], [9, 0]),
    tick([1.5, 0], [9, 0]),
    tick([1, 0], [Number.NaN, 0]),
    tick([1, 0], [Infinity, 0]),
    tick([1, 0], [1e12, 0]),
    tick([1, 0], [9, 0], { replicas: [{ requests: 1, bad: 2 }] }),
    tick([1, 0], [9, 0], { share: 1.1 }),
    tick([1, 0], [9, 0], { share: Number.NaN }),
    tick([1, 0], [9, 0], {
      extra: { orders: { candidate: { requests: 1, bad: 0 }, stable: { requests: 1, bad: 2 } } },
    }),
    latency([101], [0]),
    latency([1, 1], [1]),
  ];
  for (const one of impossible)
    assert.throws(() => judgeTick(newJudge(settings), one), Error, JSON.stringify(one));
  const five = judgeTick(newJudge(settings), latency([5, 4, 3, 2, 1], [9, 8, 7, 6, 5]));
  assert.throws(() => judgeTick(five, latency([5], [9])), /number of cut points/u);
});

test('settings that cannot be are refused', () => {
  for (const wrong of [{ margin: 0 }, { healthyBelow: Number.NaN }, { hold: 0 }, { rollBack: 1 }])
    assert.throws(() => newJudge({ ...settings, ...wrong }), Error);
});
