import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { figure } from './measure-words.ts';

test('a measure is said in the unit that people think in', () => {
  equal(figure(1.4, 'per day'), '1.4 a day');
  equal(figure(2 / 7, 'per day'), '0.29 a day');
  equal(figure(0, 'per day'), '0 a day');
  equal(figure(7500, 'seconds'), '2 h 5 min');
  equal(figure(1 / 3, 'share'), '33 %');
  equal(figure(null, 'share'), '–');
});
