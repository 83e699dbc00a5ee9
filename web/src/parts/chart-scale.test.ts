import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
  byRow,
  extent,
  linearScale,
  nearest,
  powerOfTen,
  powerScale,
  thinned,
  timeTicks,
} from './chart-scale.ts';

test('the extent leaves out what was not measured', () => {
  deepEqual(extent([[3, null, -1], Float64Array.of(NaN, 7), []]), [-1, 7]);
  deepEqual(extent([[null]]), [Infinity, -Infinity]);
});

test('a linear scale goes from 0 to a round number with round ticks', () => {
  deepEqual(linearScale(100).ticks, [0, 50, 100]);
  deepEqual(linearScale(0.01).ticks, [0, 0.005, 0.01]);
  deepEqual(linearScale(7.3).ticks, [0, 2, 4, 6, 8]);
  deepEqual(linearScale(8).ticks, [0, 2, 4, 6, 8]);
  for (const nothing of [0, -1, NaN, Infinity, -Infinity]) equal(linearScale(nothing).to, 1);
});

test('nothing is above its scale, and there are few ticks', () => {
  for (let most = 1e-6; most < 1e9; most *= 1.37) {
    const { to, ticks } = linearScale(most);
    equal(to >= most, true, `${to} for ${most}`);
    equal(ticks.length >= 2 && ticks.length <= 6, true, `${ticks.length} for ${most}`);
  }
});

test('a scale of powers has whole exponents and includes 10⁰', () => {
  deepEqual(powerScale(-0.4, 2.3), { from: -1, to: 3, ticks: [-1, 0, 1, 2, 3] });
  deepEqual(powerScale(0.2, 0.3), { from: 0, to: 1, ticks: [0, 1] });
  deepEqual(powerScale(-3, 9).ticks, [-3, 0, 3, 6, 9]);
  deepEqual(powerScale(-2, 8).ticks, [-2, 0, 2, 4, 6, 8]);
  deepEqual(powerScale(-1.5, 8.2).ticks, [-3, 0, 3, 6, 9]);
  for (let low = -9; low <= 0; low += 1)
    for (let high = low; high < 12; high += 0.7) {
      const { from, to, ticks } = powerScale(low, high);
      ok(from <= low && to >= high && ticks.includes(0) && ticks.length <= 7);
    }
});

test('exponents are raised', () => {
  deepEqual([3, 0, -2, 12].map(powerOfTen), ['10³', '10⁰', '10⁻²', '10¹²']);
});

test('moments are round in local time, and no more than there is room for', () => {
  deepEqual(timeTicks({ from: 61, to: 125 }, 7), [70, 80, 90, 100, 110, 120]);
  const hours = timeTicks({ from: 0, to: 86_400 }, 4, 1800);
  deepEqual(
    hours.map((at) => (at + 1800) % 21_600),
    hours.map(() => 0),
  );
  equal(timeTicks({ from: 5, to: 5 }, 4)[0], 5);
  equal(timeTicks({ from: 0, to: 3e9 }, 5).length <= 6, true);
});

test('the nearest moment is found at both ends and between', () => {
  const moments = [10, 20, 40];
  deepEqual(
    [-5, 14, 15, 16, 29, 31, 99].map((wanted) => nearest(moments, wanted)),
    [0, 0, 0, 1, 1, 2, 2],
  );
  equal(nearest([7], 100), 0);
  equal(nearest([], 1), -1);
});

test('a long table is thinned evenly and keeps its last row', () => {
  deepEqual(thinned(3, 60), [0, 1, 2]);
  deepEqual(thinned(7, 3), [0, 3, 6]);
  equal(thinned(3600, 60).length, 60);
  equal(thinned(3601, 60).at(-1), 3600);
  deepEqual(thinned(0, 60), []);
});

test('what happened stands in the row of the next moment, and after the last one in the last row', () => {
  const markers = [5, 10, 11, 12, 99].map((at) => ({ at, label: `at ${at}` }));
  deepEqual(byRow(markers, [10, 20, 30]), ['at 5; at 10', 'at 11; at 12', 'at 99']);
  deepEqual(byRow(markers, []), []);
});
