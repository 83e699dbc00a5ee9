import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { barsPath } from './bars-path.ts';

test('the largest value has the highest bar, and the others their share of it', () => {
  equal(barsPath([1, 4]), 'M0.5 30V22.5M1.5 30V0.0');
});

test('nothing was measured is no bar, and 0 is a low one', () => {
  equal(barsPath([null, 0, 4]), 'M1.5 30V29.2M2.5 30V0.0');
  equal(barsPath([0]), 'M0.5 30V29.2');
  equal(barsPath([null]), '');
});
