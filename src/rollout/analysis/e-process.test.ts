import assert from 'node:assert/strict';
import test from 'node:test';
import { finiteE, grown, logE, newEProcess } from './e-process.ts';
import { gridStep } from './grid-step.ts';
import { hypergeometricStep } from './hypergeometric-step.ts';
import { near } from './near.test-data.ts';
import { healthyGrid, worseGrid } from './odds-grid.ts';
import { proveHealth } from './prove-health.ts';
import { logGamma } from './special-functions.ts';

const twice = { ratios: [2], logs: [Math.log(2)] };
const tick = (candidateBad: number, stableBad: number, candidate = 100, stable = 900) => ({
  candidate: { requests: candidate, bad: candidateBad },
  stable: { requests: stable, bad: stableBad },
});

test('likelihood ratios of one tick are those of the design', () => {
  near(Math.exp(hypergeometricStep(tick(1, 4), 1, twice)[0]!), 1.242766, 1e-6);
  near(Math.exp(hypergeometricStep(tick(3, 5), 1, twice)[0]!), 3.739829, 1e-6);
  near(Math.exp(gridStep(tick(1, 4), 1, twice)[0]!), 1.241843, 1e-6);
  near(Math.exp(gridStep(tick(3, 5), 1, twice)[0]!), 3.732059, 1e-6);
});

test('five ticks grow both e-processes as in the design', () => {
  const expected = [
    [-0.32884, -0.33475],
    [1.32725, 1.30165],
    [0.58679, 0.57044],
    [1.15859, 1.13479],
    [4.25096, 4.19457],
  ] as const;
  const counts = [
    [1, 4],
    [3, 5],
    [0, 3],
    [2, 6],
    [4, 4],
  ] as const;
  let exact = newEProcess();
  let binomial = newEProcess();
  counts.forEach(([candidate, stable], index) => {
    exact = grown(exact, hypergeometricStep(tick(candidate, stable), 1, worseGrid));
    binomial = grown(binomial, gridStep(tick(candidate, stable), 1, worseGrid));
    near(logE(exact), expected[index]![0], 5.1e-6);
    near(logE(binomial), expected[index]![1], 5.1e-6);
  });
  near(finiteE(logE(exact)), 70.17, 0.005);
});

test('a tick without traffic in one arm, without bad requests, or with nothing but bad ones is no evidence', () => {
  for (const one of [tick(0, 5, 0, 900), tick(3, 0, 100, 0), tick(0, 0), tick(100, 900)])
    assert.deepEqual(new Set(hypergeometricStep(one, 1.25, worseGrid)), new Set([0]));
});

/** ln of C(n, k). */
const choose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** Every count the candidate can have had, with its probability under the null. */
function law(candidate: number, stable: number, bad: number, odds: number): [number, number][] {
  const low = Math.max(0, bad - stable);
  const counts = Array.from({ length: Math.min(candidate, bad) - low + 1 }, (_, i) => low + i);
  const logs = counts.map(
    (x) => choose(candidate, x) + choose(stable, bad - x) + x * Math.log(odds),
  );
  const top = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - top));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return counts.map((x, index) => [x, weights[index]! / whole]);
}

const tables = [
  [10, 90, 3],
  [10, 90, 60],
  [100, 900, 40],
  [1000, 9000, 500],
  [1000, 9000, 5000],
  [2000, 2000, 1000],
  [9000, 1000, 9500],
  [5000, 300, 250],
] as const;

for (const [candidate, stable, bad] of tables)
  test(`under the null nothing is won on average: ${bad} bad of ${candidate} and ${stable}`, () => {
    for (const odds of [0.5, 1, 1.25, 8])
      for (const grid of [worseGrid, healthyGrid]) {
        const means = grid.logs.map(() => 0);
        for (const [x, probability] of law(candidate, stable, bad, odds))
          hypergeometricStep(tick(x, bad - x, candidate, stable), odds, grid).forEach((log, j) => {
            means[j] = means[j]! + probability * Math.exp(log);
          });
        for (const mean of means) {
          assert.ok(mean <= 1 + 1e-9, `${mean} is more than 1 at odds ${odds}`);
          // A bet that throws money away could never win either.
          assert.ok(mean > 0.999, `${mean} is less than 1 at odds ${odds}`);
        }
      }
  });

test('bins cost little of the evidence of a large tick', () => {
  const odds = 1.4;
  let binned = 0;
  let exact = 0;
  const alternative = { ratios: [odds], logs: [Math.log(odds)] };
  const normaliser = law(1000, 9000, 5000, 1).reduce(
    (sum, [x, probability]) => sum + probability * Math.exp((x - 500) * Math.log(odds)),
    0,
  );
  for (const [x, probability] of law(1000, 9000, 5000, odds)) {
    binned += probability * hypergeometricStep(tick(x, 5000 - x, 1000, 9000), 1, alternative)[0]!;
    exact += probability * ((x - 500) * Math.log(odds) - Math.log(normaliser));
  }
  assert.ok(binned > 0.95 * exact && binned <= exact, `${binned} of ${exact}`);
});

test('the proof of health grows when the candidate has no more than its share, and shrinks when it has more', () => {
  let healthy = newEProcess();
  let sick = newEProcess();
  for (let round = 0; round < 50; round += 1) {
    healthy = proveHealth(healthy, tick(1, 9), 2);
    sick = proveHealth(sick, tick(2, 8), 2);
  }
  assert.ok(logE(healthy) > Math.log(100), String(logE(healthy)));
  assert.ok(logE(sick) < 0, String(logE(sick)));
});

test('dispersion divides the evidence', () => {
  const process = grown(newEProcess(), worseGrid.logs);
  near(
    logE(process, 1),
    Math.log(worseGrid.ratios.reduce((sum, ratio) => sum + ratio) / 24),
    1e-12,
  );
  const roots = worseGrid.ratios.map(Math.sqrt);
  near(logE(process, 2), Math.log(roots.reduce((sum, ratio) => sum + ratio) / 24), 1e-12);
});

test('an e-value is a number however strong the evidence', () => {
  assert.ok(Number.isFinite(finiteE(1e6)));
  assert.equal(finiteE(-1e6), 0);
});
