import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import type { EnvironmentRow } from './environment-rows.ts';
import { tableModel } from './table-model.ts';

/** Of 100: every tenth has failed; the lower the number, the later it was used. */
const answer = {
  environments: Array.from({ length: 100 }, (_, number) => ({
    id: `e${number}`,
    name: `preview/branch-${number}`,
    host: `branch-${number}--shop.localhost`,
    state: number % 10 === 0 ? 'failed' : 'live',
    reason: null,
    commit: null,
    data: null,
    requestedAt: null,
    pushedAt: new Date(1e12 - number).toISOString(),
  })) as unknown as EnvironmentRow[],
};
const ids = (set: ReadonlySet<string>): string[] => [...set];

test('the first rows of what is wished are shown, and more when they are asked for', () => {
  const model = tableModel(signal(answer), '');
  equal(model.matching.value.length, 100);
  deepEqual(ids(model.shown.value).slice(0, 2), ['e0', 'e1']);
  equal(model.shown.value.size, 24);
  model.showMore();
  equal(model.shown.value.size, 48);
  model.change({ sort: 'name', isDown: true });
  equal(model.shown.value.size, 24);
  equal(ids(model.shown.value)[0], 'e99');
});

test('a filter finds rows that were not shown, and counts the states of all it found', () => {
  const model = tableModel(signal(answer), '?q=branch-9');
  deepEqual(model.states.value, [
    ['live', 10],
    ['failed', 1],
  ]);
  deepEqual(ids(model.shown.value).slice(0, 2), ['e9', 'e90']);
  equal(model.isMore.value, false);
  model.change({ state: 'failed' });
  deepEqual(ids(model.shown.value), ['e90']);
  equal(model.found.value.length, 11);
});

test('a newer answer keeps the wish', () => {
  const now = signal(answer);
  const model = tableModel(now, '?state=failed');
  equal(model.matching.value.length, 10);
  now.value = { environments: answer.environments.slice(0, 20) };
  equal(model.matching.value.length, 2);
});
