import assert from 'node:assert/strict';
import test from 'node:test';
import { noDispersion, phiOf, withReplicas } from './dispersion.ts';
import { near } from './near.test-data.ts';

const replicas = (...bad: number[]) => bad.map((count) => ({ requests: 100, bad: count }));

test('without replicas, or with one, nothing is known and phi is 1', () => {
  assert.equal(phiOf(noDispersion), 1);
  assert.equal(withReplicas(noDispersion, replicas(5)), noDispersion);
  assert.equal(withReplicas(noDispersion, replicas(0, 0)), noDispersion);
  assert.equal(withReplicas(noDispersion, replicas(100, 100)), noDispersion);
  const idle = [...replicas(5), { requests: 0, bad: 0 }];
  assert.equal(withReplicas(noDispersion, idle), noDispersion);
});

test('one bad request among any number of replicas is exactly as expected', () => {
  near(phiOf(withReplicas(noDispersion, replicas(0, 1, 0, 0))), 1, 1e-12);
});

test('all bad requests in one replica are a burst', () => {
  const { chiSquare, freedom } = withReplicas(noDispersion, replicas(0, 10, 0));
  // 2 × 100 × (1/30)² + 100 × (2/30)² over 100 × (1/30)(29/30), times 299/300.
  near(
    chiSquare,
    ((2 * (10 / 3) ** 2 + (20 / 3) ** 2) / ((10 / 3) * (29 / 30))) * (299 / 300),
    1e-9,
  );
  assert.equal(freedom, 2);
});

test('even counts never make phi smaller than 1', () => {
  assert.equal(phiOf(withReplicas(noDispersion, replicas(7, 7, 7))), 1);
});

test('an incident that hits all replicas alike is no dispersion', () => {
  const calm = withReplicas(noDispersion, replicas(1, 2, 1));
  assert.equal(phiOf(withReplicas(calm, replicas(60, 61, 60))), 1);
});
