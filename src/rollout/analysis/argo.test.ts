import assert from 'node:assert/strict';
import test from 'node:test';
import { argo, type ArgoMetric, endArgoRun, newArgoRun } from './argo.ts';

const enough: ArgoMetric = { isSuccess: (result) => result >= 0.99 };

const after = (metric: ArgoMetric, results: readonly (number | null)[]) =>
  results.reduce((run, result) => argo(run, metric, result), newArgoRun);

test('one failure more than the limit ends the run, however many successes lie between', () => {
  assert.equal(after(enough, [1, 0.9]).phase, 'Failed');
  const patient = { ...enough, failureLimit: 2 };
  assert.equal(after(patient, [0.9, 1, 1, 0.9, 1]).phase, 'Running');
  assert.equal(after(patient, [0.9, 1, 1, 0.9, 1, 0.9]).phase, 'Failed');
  assert.equal(after({ ...enough, failureLimit: -1 }, [0, 0, 0, 0]).phase, 'Running');
});

test('only a failure condition: everything else is a success; no condition: everything is', () => {
  const failing: ArgoMetric = { isFailure: (result) => result < 0.5, count: 2 };
  assert.equal(after(failing, [0.6, 0.7]).phase, 'Successful');
  assert.equal(after(failing, [0.6, 0.4]).phase, 'Failed');
  assert.equal(after({ count: 1 }, [0]).phase, 'Successful');
});

test('neither success nor failure is inconclusive', () => {
  const both: ArgoMetric = { ...enough, isFailure: (result) => result < 0.95 };
  assert.equal(after(both, [1, 0.97]).phase, 'Inconclusive');
  assert.equal(after({ ...both, inconclusiveLimit: 1 }, [1, 0.97]).phase, 'Running');
});

test('the fifth error in a row ends a healthy release, and any measurement forgives them', () => {
  assert.equal(after(enough, [null, null, null, null, null]).phase, 'Error');
  assert.equal(after(enough, [null, null, null, null, 1, null]).phase, 'Running');
});

test('a run is successful after enough successes in a row, or at its count', () => {
  const eager = { ...enough, failureLimit: 5, consecutiveSuccessLimit: 3, count: 5 };
  assert.equal(after(eager, [1, 1, 0, 1, 1]).phase, 'Inconclusive');
  assert.equal(after(eager, [0, 1, 1, 1]).phase, 'Successful');
  assert.equal(after({ ...enough, count: 2 }, [1, null, 1]).phase, 'Successful');
});

test('a run that has ended stays so, one without an end is successful when ended', () => {
  const failed = after(enough, [0]);
  assert.equal(argo(failed, enough, 1), failed);
  assert.equal(endArgoRun(failed), failed);
  assert.equal(endArgoRun(after(enough, [1])).phase, 'Successful');
});
