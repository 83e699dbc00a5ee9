import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesOf, newestOf, type Listed } from './entries.ts';

const at = (minute: number): string => new Date(minute * 60_000).toISOString();

const stage = (name: string, endedAt: string | null) =>
  ({
    name,
    endedAt,
    state: endedAt ? 'passed' : 'running',
    reason: null,
    startedAt: null,
  }) as const;

const candidate = (number: number, minute: number, more: Partial<Listed> = {}): Listed => ({
  app: 'shop',
  number,
  branch: 'main',
  commit: `c${number}`,
  push: `push-${number}`,
  state: 'running',
  reason: null,
  createdAt: at(minute),
  endedAt: null,
  stages: [stage('staging', at(minute)), stage('production', null)],
  ...more,
});

type State = 'running' | 'failed' | 'passed';
const push = (id: string, minute: number, state: State = 'failed') => ({
  id,
  app: 'shop',
  branch: 'main',
  commit: id,
  by: 'ada',
  at: at(minute),
  state,
  reason: null,
  fix: [],
  url: null,
  endedAt: null,
});

const names = (entries: ReturnType<typeof entriesOf>) =>
  entries.map(({ number, push }) => number ?? push);

test('pushes that became no candidate stand between the candidates, newest first', () => {
  const pushes = [push('late', 9), push('push-2', 6), push('between', 5), push('early', 1)];
  const entries = entriesOf([candidate(2, 7), candidate(1, 3)], pushes, 20);
  assert.deepEqual(names(entries), ['late', 2, 'between', 1, 'early']);
});

test('of pushes older than the candidates that were asked for nothing is claimed', () => {
  const entries = entriesOf([candidate(2, 7), candidate(1, 3)], [push('old', 1)], 2);
  assert.deepEqual(names(entries), [2, 1]);
});

test('where a candidate is, or how far it came', () => {
  const where = (more: Partial<Listed>) =>
    entriesOf([candidate(1, 1, more)], [], 20).map((one) => one.where)[0];
  assert.equal(where({}), 'production 2/2');
  assert.equal(where({ state: 'failed', endedAt: at(2) }), 'staging 1/2');
  assert.equal(where({ state: 'released', endedAt: at(2) }), '');
  assert.equal(where({ state: 'stopped', endedAt: at(2), stages: [] }), '');
});

test('shown first is the newest candidate, or what is on its way to be one, or failed to', () => {
  const newest = (state: State) => {
    const entry = newestOf(entriesOf([candidate(1, 1)], [push('p', 2, state)], 20));
    return entry?.number ?? entry?.push;
  };
  assert.equal(newest('running'), 'p');
  assert.equal(newest('failed'), 'p');
  // As of one that waits for the next train.
  assert.equal(newest('passed'), 1);
  assert.equal(newestOf(entriesOf([], [push('p', 2, 'passed')], 20))?.push, 'p');
  assert.equal(newestOf([]), undefined);
});
