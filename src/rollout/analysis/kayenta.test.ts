import assert from 'node:assert/strict';
import test from 'node:test';
import { classifyMetric, type KayentaMetric } from './kayenta.ts';
import { kayentaScore } from './kayenta-score.ts';
import { near } from './near.test-data.ts';

const metric = (
  experiment: readonly number[],
  control: readonly number[],
  options: Partial<KayentaMetric> = {},
): KayentaMetric => ({ name: 'errors', group: 'all', experiment, control, ...options });

const times = (count: number, value: number): number[] =>
  Array.from({ length: count }, () => value);

const x = [12, 15, 11, 18, 14, 16, 13, 17, 19, 20];
const y = [10, 11, 9, 12, 10, 13, 8, 11, 12, 10];

test('a clear shift is HIGH, with the interval, estimate and ratio of the design', () => {
  const { classification, shift, effect } = classifyMetric(metric(x, y));
  assert.equal(classification, 'HIGH');
  near(shift!.lower, 1.99998, 5e-6);
  near(shift!.upper, 8.00001, 5e-6);
  near(shift!.estimate, 5, 5e-6);
  near(effect!, 1.46226, 5e-6);
});

test('the same against a control a fifth higher is PASS', () => {
  const higher = y.map((value) => value * 1.2);
  const { classification, shift } = classifyMetric(metric(x, higher));
  assert.equal(classification, 'PASS');
  near(shift!.lower, -0.40008, 5e-6);
  near(shift!.upper, 5.99996, 5e-6);
  near(shift!.estimate, 2.80004, 5e-6);
});

test('seven hundreds among ten ones are PASS, eight are HIGH', () => {
  const seven = classifyMetric(metric([...times(7, 100), ...times(3, 1)], times(10, 1)));
  assert.equal(seven.classification, 'PASS');
  near(seven.shift!.lower, 6.825e-5, 5e-9);
  near(seven.shift!.upper, 99, 5e-6);
  near(seven.shift!.estimate, 98.99993, 5e-6);
  const eight = classifyMetric(metric([...times(8, 100), ...times(2, 1)], times(10, 1)));
  assert.equal(eight.classification, 'HIGH');
});

test('new errors over a clean baseline are PASS', () => {
  const errors = [0, 0.048, 0, 0.18, 0.089, 0, 0.098, 0.035, 0, 0];
  assert.equal(classifyMetric(metric(errors, times(10, 0))).classification, 'PASS');
});

test('one point in each arm is enough for HIGH and for LOW', () => {
  assert.equal(classifyMetric(metric([5], [3])).classification, 'HIGH');
  assert.equal(classifyMetric(metric([3], [5])).classification, 'LOW');
});

test('a direction that is not looked at is PASS', () => {
  assert.equal(classifyMetric(metric(x, y, { direction: 'decrease' })).classification, 'PASS');
  assert.equal(classifyMetric(metric(y, x, { direction: 'decrease' })).classification, 'LOW');
  assert.equal(classifyMetric(metric(y, x, { direction: 'increase' })).classification, 'PASS');
});

test('an effect smaller than allowed is PASS', () => {
  const effectSize = { allowedIncrease: 1.5 };
  assert.equal(classifyMetric(metric(x, y, { effectSize })).classification, 'PASS');
  const cles = { measure: 'cles', allowedIncrease: 0.99 } as const;
  const { classification, effect } = classifyMetric(metric(x, y, { effectSize: cles }));
  assert.equal(classification, 'PASS');
  // By counting pairs: 91 won and 4 drawn of 100.
  near(effect!, pairsWon(x, y), 1e-12);
});

function pairsWon(one: readonly number[], other: readonly number[]): number {
  const scores = one.flatMap((a) => other.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return scores.reduce<number>((sum, score) => sum + score, 0) / scores.length;
}

test('equal arms, and arms of one common value, are PASS', () => {
  assert.equal(classifyMetric(metric([3, 1, 2], [1, 2, 3])).classification, 'PASS');
  assert.equal(classifyMetric(metric(times(3, 7), times(5, 7))).classification, 'PASS');
});

test('without data the options decide', () => {
  const none = [Number.NaN];
  const classOf = (options: Partial<KayentaMetric>) =>
    classifyMetric(metric(none, y, options)).classification;
  assert.equal(classOf({}), 'NODATA');
  assert.equal(classOf({ mustHaveData: true }), 'NODATA_FAIL_METRIC');
  assert.equal(classOf({ mustHaveData: true, critical: true }), 'NODATA');
  // Replaced by a zero, it is a value like others.
  assert.equal(classOf({ nanStrategy: 'replace', direction: 'increase' }), 'PASS');
  const empty = metric([], y, { nanStrategy: 'replace', mustHaveData: true });
  assert.equal(classifyMetric(empty).classification, 'PASS');
});

test('outliers are removed only when asked', () => {
  // One absurd value of the control makes the means equal the other way round.
  const control = [...times(30, 10), ...times(30, 11), 10_000];
  const experiment = [...times(30, 20), ...times(31, 21)];
  const keep = classifyMetric(metric(experiment, control));
  assert.equal(keep.classification, 'PASS');
  const outliers = { strategy: 'remove', outlierFactor: 3 } as const;
  assert.equal(classifyMetric(metric(experiment, control, { outliers })).classification, 'HIGH');
});

const rules = { pass: 95, marginal: 75 };
const good = metric(y, y, { name: 'good' });
const bad = metric(x, y, { name: 'bad' });

test('a group scores the share of its metrics that pass', () => {
  const { score, verdict, results } = kayentaScore([good, bad], rules);
  assert.equal(score, 50);
  assert.equal(verdict, 'Fail');
  assert.equal(results['bad']?.classification, 'HIGH');
  assert.equal(kayentaScore([good], rules).verdict, 'Pass');
});

test('muted metrics do not count, critical ones fail everything', () => {
  assert.equal(kayentaScore([good, { ...bad, muted: true }], rules).score, 100);
  const others = Array.from({ length: 9 }, (_, index) => ({ ...good, name: `good ${index}` }));
  assert.equal(kayentaScore([...others, bad], rules).score, 90);
  assert.equal(kayentaScore([...others, bad], rules).verdict, 'Marginal');
  assert.equal(kayentaScore([...others, { ...bad, critical: true }], rules).score, 0);
});

test('half of the metrics without data fail everything, fewer are ignored', () => {
  const silent = metric([], y, { name: 'silent' });
  assert.equal(kayentaScore([good, silent], rules).score, 0);
  assert.equal(kayentaScore([good, { ...good, name: 'other' }, silent], rules).score, 100);
});

test('groups without a weight share what is left', () => {
  const inGroup = (group: string, one: KayentaMetric) => ({ ...one, group, name: group });
  const metrics = [inGroup('a', bad), inGroup('b', good), inGroup('c', good)];
  assert.equal(kayentaScore(metrics, { ...rules, groupWeights: { a: 40 } }).score, 60);
  assert.equal(kayentaScore(metrics, rules).score, 66.67);
});
