import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { meanwhileMarkers, rolloutMarkers } from './rollout-markers.ts';

test('steps, orders and the end are markers in the order in which they happened', () => {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const told = { beganAt: at(10), endedAt: null, canSee: null, outcome: null, why: null };
  const markers = rolloutMarkers({
    steps: [
      { step: 1, weight: 5, ...told },
      { step: 2, weight: 25, ...told, beganAt: at(40) },
    ],
    orders: [{ kind: 'pause', by: 'ada', reason: 'lunch', at: at(20) }],
    state: 'rolled-back',
    endedAt: at(60),
  });
  deepEqual(
    markers.map(({ at, label, short }) => [at, label, short]),
    [
      [10, 'step 1: 5 % of the users', '5 %'],
      [20, 'pause by ada: lunch', 'pause'],
      [40, 'step 2: 25 % of the users', '25 %'],
      [60, 'rolled-back', 'rolled-back'],
    ],
  );
});

test('what else happened to its app is marked, elsewhere faintly and without a word beside it', () => {
  const at = new Date(30_000).toISOString();
  const markers = meanwhileMarkers({
    environment: 'e1',
    happened: [
      { at, kind: 'lock', environment: 'e1', environmentName: 'production', text: 'locked by ada' },
      { at, kind: 'deploy', environment: 'e2', environmentName: 'staging', text: 'deploy 8 began' },
    ],
  });
  deepEqual(markers, [
    { at: 30, label: 'locked by ada', short: 'lock' },
    { at: 30, label: 'deploy 8 began', faint: true },
  ]);
});
