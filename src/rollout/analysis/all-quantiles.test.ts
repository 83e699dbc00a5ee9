import assert from 'node:assert/strict';
import test from 'node:test';
import { allQuantiles, bandConstant, bandRadius, stitchedBound } from './all-quantiles.ts';
import { near } from './near.test-data.ts';

test('the constants of the band are those of the design', () => {
  near(bandConstant(0.05), 8.1227, 5e-5);
  near(bandConstant(0.025), 8.6226, 5e-5);
  near(bandRadius(1000, bandConstant(0.05), 100), 0.0820477, 1e-7);
  const closedForm = 0.8 * Math.log(1612 / 0.025);
  near(bandRadius(10_000, closedForm), 0.028424, 5.1e-7);
  near(bandRadius(90_000, closedForm), 0.009557, 5.1e-7);
});

test('the closed form of the constant lies a little above', () => {
  near(0.8 * Math.log(1612 / 0.05), 8.3048, 5e-5);
  near(0.8 * Math.log(1612 / 0.025), 8.8593, 5e-5);
  assert.ok(bandConstant(0.05) < 8.3048 && bandConstant(0.025) < 8.8593);
});

test('the stitched bounds are those of the design', () => {
  const settings = { alpha: 0.05, from: 100 };
  near(stitchedBound(0.5, 1000, settings), 68.62803, 5.1e-6);
  near(stitchedBound(0.9, 1000, settings), 43.72119, 5.1e-6);
  near(stitchedBound(0.1, 1000, settings), 59.96521, 5.1e-6);
});

test('a slower candidate is seen, a faster or equal one is not', () => {
  const shifted = (shift: number) =>
    Array.from({ length: 1000 }, (_, i) => [i + shift, 1] as const);
  assert.ok(allQuantiles(shifted(300), shifted(0)) < 1e-6);
  assert.equal(allQuantiles(shifted(0), shifted(0)), 1);
  assert.equal(allQuantiles(shifted(0), shifted(300)), 1);
  assert.equal(allQuantiles([], shifted(0)), 1);
});

test('the p-value is the level at which the bands touch', () => {
  const from = (shift: number) => Array.from({ length: 1000 }, (_, i) => [i + shift, 1] as const);
  const p = allQuantiles(from(250), from(0));
  near(2 * bandRadius(1000, bandConstant(p / 2)), 0.25, 1e-9);
});
