import assert from 'node:assert/strict';
import test from 'node:test';
import { near } from './near.test-data.ts';
import { planStep, requestsNeeded } from './plan-step.ts';

const step = { baseRate: 0.005, share: 0.1, alpha: 0.05, margin: 1 };

test('the requests needed are those of the design', () => {
  near(requestsNeeded(step, 2), 2543, 0.5);
  near(requestsNeeded(step, 4), 403, 0.5);
  near(requestsNeeded(step, 10), 79, 0.5);
});

test('the smallest ratio is the inverse of the requests needed', () => {
  const { smallestRatio, words } = planStep(step, 1000);
  near(requestsNeeded(step, smallestRatio!), 1000, 0.01);
  assert.equal(words, "This step can see an error rate ≥ 2.8 × the stable release's, 1.4 %.");
});

test('a step too short says so', () => {
  assert.deepEqual(planStep(step, 1), {
    smallestRatio: null,
    words: 'This step is too short to see even a release that fails every request.',
  });
});

test('what the margin tolerates is never seen, and a margin costs requests', () => {
  assert.equal(requestsNeeded({ ...step, margin: 1.25 }, 1.25), Infinity);
  assert.ok(requestsNeeded({ ...step, margin: 1.25 }, 2) > requestsNeeded(step, 2));
});

test('a stable release without errors gives a finite answer, as a rate and not as a multiple of nothing', () => {
  const { smallestRatio, words } = planStep({ ...step, baseRate: 0 }, 10_000);
  assert.ok(smallestRatio !== null && smallestRatio > 1 && Number.isFinite(smallestRatio));
  assert.match(words, /can see an error rate ≥ 0\.14 %\.$/u);
});
