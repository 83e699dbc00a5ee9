import test from 'node:test';
import { dirichlet, kappaFor, oneSidedDirichlet, rateRatio, shareInterval } from './dirichlet.ts';
import { near } from './near.test-data.ts';

// Bad events of candidate and stable, then 1/BF for kappa 10, kappa 100, a flat prior, and one-sided.
const checks = [
  [5, 45, 2.6217, 1.2282, 9.4312, 2.2368],
  [18, 82, 0.29846, 0.33146, 0.54808, 0.11699],
  [20, 40, 9.3053e-5, 0.0063562, 3.7795e-5, 3.6051e-5],
  [40, 160, 0.0012967, 0.0039736, 0.0019669, 0.00050237],
] as const;

for (const [candidate, stable, ten, hundred, flat, oneSided] of checks)
  test(`Bayes factors of ${candidate} and ${stable} bad events are those of the design`, () => {
    const inverse = (prior: number[]): number =>
      Math.exp(-dirichlet({ counts: [candidate, stable], nullShares: [0.1, 0.9], prior }));
    near(inverse([1, 9]), ten, 5e-5 * ten);
    near(inverse([10, 90]), hundred, 5e-5 * hundred);
    near(inverse([1, 1]), flat, 5e-5 * flat);
    const split = { candidate, stable, share: 0.1, kappa: 10 };
    near(Math.exp(-oneSidedDirichlet(split)), oneSided, 5e-5 * oneSided);
  });

test('the interval of 20 and 40 bad events is that of the design', () => {
  const counts = { counts: [20, 40], nullShares: [0.1, 0.9], prior: [1, 9] };
  near(dirichlet(counts), 9.282339, 5e-7);
  const split = { candidate: 20, stable: 40, share: 0.1, kappa: 10 };
  const [low, high] = shareInterval(split, 0.05);
  near(low, 0.15554, 5e-6);
  near(high, 0.55156, 5e-6);
  near(rateRatio(low, 0.1), 1.658, 5e-4);
  near(rateRatio(high, 0.1), 11.07, 5e-3);
});

test('the prior for a number of bad events is that of the design', () => {
  near(kappaFor(20, 0.05), 1.52, 0.005);
  near(kappaFor(50, 0.05), 5.3, 0.005);
  near(kappaFor(100, 0.05), 11.6, 0.005);
  near(kappaFor(200, 0.05), 24.2, 0.005);
  near(kappaFor(1000, 0.05), 125, 0.05);
});
