import assert from 'node:assert/strict';
import test from 'node:test';
import { flagger, type FlaggerCheck, newFlaggerCanary } from './flagger.ts';

const analysis = { threshold: 2, stepWeight: 20, maxWeight: 50 };
const good: FlaggerCheck = { value: 99.5, least: 99 };
const bad: FlaggerCheck = { value: 98, least: 99 };
const silent: FlaggerCheck = { value: null, least: 99 };

const after = (...checks: FlaggerCheck[]) =>
  checks.reduce((canary, check) => flagger(canary, analysis, [check]), newFlaggerCanary);

test('good intervals raise the weight by steps to its most, then promote', () => {
  assert.deepEqual(
    [1, 2, 3].map((count) => after(...Array.from({ length: count }, () => good)).weight),
    [20, 40, 50],
  );
  assert.equal(after(good, good, good, good).phase, 'Promoting');
});

test('a failed check, and no data, keep the weight and count as failures', () => {
  assert.deepEqual(after(good, bad), { phase: 'Progressing', weight: 20, failedChecks: 1 });
  assert.deepEqual(after(good, silent), { phase: 'Progressing', weight: 20, failedChecks: 1 });
});

test('failures are never forgiven, and the rollback comes one interval later', () => {
  const doomed = after(good, bad, good, bad);
  assert.equal(doomed.phase, 'Progressing');
  assert.deepEqual(flagger(doomed, analysis, [good]), {
    phase: 'Failed',
    weight: 0,
    failedChecks: 2,
  });
});

test('several failed checks of one interval count once', () => {
  const canary = flagger(after(good), analysis, [bad, bad, { value: 700, most: 500 }]);
  assert.equal(canary.failedChecks, 1);
});

test('what has ended stays as it is', () => {
  const failed = after(good, bad, bad, good);
  assert.equal(flagger(failed, analysis, [good]), failed);
});
