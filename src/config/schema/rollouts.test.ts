import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { loadConfig } from '../load.ts';

const rolloutsOf = (rollouts: string) =>
  loadConfig(`app: shop\nservices: { web: { run: node a.js } }\nrollouts: { ${rollouts} }`).config
    .rollouts;

test('a cycle keeps three quarters of the instances and drains half a minute, unless the file says otherwise', () => {
  const rollouts = rolloutsOf(
    'usual: { strategy: cycle }, careful: { strategy: cycle, capacity: 100 %, drain: 5m }',
  );
  const asked = Object.values(rollouts).map((one) => [one.capacityPercent, one.drainMs]);
  assert.deepEqual(asked, [
    [75, 30_000],
    [100, 300_000],
  ]);
});

for (const [title, text, expected] of [
  ['capacity without a cycle', 'a: { strategy: canary, capacity: 50 % }', /only a cycle/],
  ['no capacity at all', 'a: { strategy: cycle, capacity: 0 % }', /share of the traffic/],
  [
    'a level that no evidence reaches',
    'a: { strategy: canary, judge: { roll-back: 0 } }',
    /0\.000001/,
  ],
  [
    'a level that is reached without evidence',
    'a: { strategy: canary, judge: { hold: 1 } }',
    /0\.5/,
  ],
  ['a drain that takes hours', 'a: { strategy: cycle, drain: 2h }', /between 0s and 1h/],
] as const) {
  test(`${title} is refused in words`, () => {
    assert.throws(
      () => rolloutsOf(text),
      (error) => error instanceof SignalboxError && expected.test(error.message),
    );
  });
}
