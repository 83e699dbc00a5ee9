import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from './analysis/verdict.ts';
import { plainlyBad } from './plain-trouble.ts';

const errors = (
  candidate: [number, number],
  stable: [number, number],
): { evidence: Evidence[] } => {
  const arm = ([bad, requests]: [number, number]) => ({ bad, requests });
  const numbers = { e: 1, eLog: 0, ratio: null, phi: 1 };
  return {
    evidence: [{ metric: 'errors', ...numbers, candidate: arm(candidate), stable: arm(stable) }],
  };
};

test('a release most of whose answers are bad is condemned, whatever the router does', () => {
  assert.match(plainlyBad(errors([8, 20], [0, 100])) ?? '', /8 of its 20 answers were bad/);
  assert.equal(
    plainlyBad(errors([3, 20], [0, 100])),
    null,
    'fifteen in a hundred is for the judge',
  );
});

test('with few answers, without a release to compare with, or in an incident of both nothing is plain', () => {
  assert.equal(plainlyBad(errors([19, 19], [0, 100])), null);
  assert.equal(plainlyBad(errors([20, 20], [0, 0])), null);
  assert.equal(plainlyBad(errors([12, 20], [55, 100])), null);
  assert.equal(plainlyBad({ evidence: [] }), null);
});
