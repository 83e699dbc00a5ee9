import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { linePath, type Plot } from './chart-path.ts';

const plot: Plot = {
  left: 0,
  top: 0,
  width: 100,
  height: 10,
  since: 0,
  until: 100,
  from: 0,
  to: 10,
};

const points = (path: Float64Array): [number, number][] =>
  Array.from({ length: path.length / 2 }, (_, at) => [path[2 * at]!, path[2 * at + 1]!]);

test('values become pixels, upside down', () => {
  deepEqual(points(linePath([0, 50, 100], [0, 5, 10], plot)), [
    [0, 10],
    [50, 5],
    [100, 0],
  ]);
});

test('a line is broken where a value is missing, once for many', () => {
  const path = points(linePath([0, 1, 2, 3, 4], [null, 1, null, NaN, 2], plot));
  deepEqual(path, [
    [1, 9],
    [NaN, NaN],
    [4, 8],
  ]);
});

test('what is out of the time that is shown is not drawn', () => {
  deepEqual(points(linePath([-1, 10, 101], [1, 1, 1], plot)), [[10, 9]]);
});

test('of many values in one column the first, both peaks and the last are kept', () => {
  const moments = [10, 10.1, 10.2, 10.3, 10.4, 10.5];
  deepEqual(
    points(linePath(moments, [5, 6, 10, 0, 4, 4], plot)).map(([, y]) => y),
    [5, 0, 10, 6],
  );
});

test('a line of any length has its peaks and at most four points for each column', () => {
  const count = 100_000;
  const moments = Float64Array.from({ length: count }, (_, at) => (at / count) * 100);
  const values = Float64Array.from({ length: count }, (_, at) => 5 + Math.sin(at));
  values[77_777] = 9.5;
  values[33_333] = 0.5;
  const path = points(linePath(moments, values, plot));
  ok(path.length <= 4 * plot.width);
  equal(Math.min(...path.map(([, y]) => y)), 0.5);
  equal(Math.max(...path.map(([, y]) => y)), 9.5);
});

test('a moment alone and no time at all divide nothing by zero', () => {
  deepEqual(points(linePath([7], [5], { ...plot, since: 7, until: 7, from: 5, to: 5 })), [[0, 10]]);
  equal(linePath([], [], plot).length, 0);
});
