import test from 'node:test';
import { near } from './near.test-data.ts';
import { quantileRanks, quantileTest, type ValueCounts } from './quantile-test.ts';

const upTo = (last: number, shift = 0): ValueCounts =>
  Array.from({ length: last }, (_, index) => [index + 1 + shift, 1] as const);

const ranks = [
  [0.5, 1000, 1000, 452.05, 547.95],
  [0.95, 1000, 1000, 927.419, 969.209],
  [0.95, 10_000, 1000, 9427.248, 9568.727],
  [0.99, 10_000, 10_000, 9867.977, 9928.362],
] as const;

for (const [share, n, sharpestAt, low, high] of ranks)
  test(`the ranks that bound the quantile ${share} of ${n}, sharpest at ${sharpestAt}`, () => {
    const found = quantileRanks(n, { share, sharpestAt, alpha: 0.05 });
    near(found.low!, low, 5.1e-4);
    near(found.high!, high, 5.1e-4);
  });

test('a few observations bound nothing', () => {
  const { low, high } = quantileRanks(3, { share: 0.5, sharpestAt: 100, alpha: 0.05 });
  near(low ?? -1, -1, 0);
  near(high ?? -1, -1, 0);
});

const shifts = [
  [70, 0.5, 0.8147044],
  [85, 0.5, 0.0838055],
  [100, 0.5, 0.0054947],
  [55, 0.9, 0.0340463],
] as const;

for (const [shift, share, p] of shifts)
  test(`1 to 1000 against itself shifted by ${shift}: p of equal ${share} quantiles`, () => {
    const sharpness = { share, sharpestAt: 100, alpha: 0.05 };
    near(quantileTest(upTo(1000, shift), upTo(1000), sharpness), p, 5.1e-8);
  });
