import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { rolloutMarkers } from './rollout-markers.ts';

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
