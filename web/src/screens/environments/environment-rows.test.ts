import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { test } from 'node:test';
import {
  hasWords,
  inOrder,
  searchOf,
  statesOf,
  steadied,
  usedAt,
  wishIn,
  wordsOf,
  type EnvironmentRow,
} from './environment-rows.ts';

const row = (name: string, more: Partial<EnvironmentRow> = {}): EnvironmentRow => ({
  id: name,
  app: 'shop',
  name: `preview/${name}`,
  kind: 'preview',
  branch: name,
  host: `${name}--shop.localhost`,
  url: `http://${name}--shop.localhost/`,
  state: 'live',
  reason: null,
  place: null,
  commit: '4f2c1d9aaaa',
  createdAt: '2026-11-01T00:00:00.000Z',
  pushedAt: '2026-11-02T00:00:00.000Z',
  requestedAt: null,
  idleMs: 5,
  leaseUntil: null,
  destroyAt: null,
  data: 'db: empty',
  memoryBytes: null,
  lately: { requests: 0, bad: 0 },
  ...more,
});
const names = (rows: readonly EnvironmentRow[]): string[] => rows.map(({ branch }) => branch);

test('an address keeps what the reader wants to see', () => {
  for (const search of ['', '?q=new+page&state=failed&sort=-age', '?sort=-idle', '?sort=name'])
    equal(searchOf(wishIn(search)), search);
  deepEqual(wishIn('?q=100%25'), { q: '100%', state: '', sort: 'idle', isDown: false });
});

test('a column that does not exist is the usual one', () => {
  for (const search of ['?sort=toString', '?sort=-__proto__', '?sort='])
    deepEqual(wishIn(search), { q: '', state: '', sort: 'idle', isDown: false });
});

test('each word is found in name, host, state, reason, commit or data', () => {
  const one = row('Cool-Page', { state: 'failed', reason: 'The migrations failed' });
  for (const q of ['', 'cool', 'PAGE fail', '4f2c', 'migr empty', '  --shop  '])
    equal(hasWords(one, wordsOf(q)), true, q);
  for (const q of ['cool other', 'live']) equal(hasWords(one, wordsOf(q)), false, q);
});

test('idle counts from the last request or push, whichever came later', () => {
  equal(usedAt(row('a')), Date.parse('2026-11-02T00:00:00Z'));
  equal(usedAt(row('a', { requestedAt: '2026-11-03T00:00:00Z' })), Date.parse('2026-11-03'));
  equal(usedAt(row('a', { requestedAt: '2026-11-01T00:00:00Z' })), Date.parse('2026-11-02'));
});

test('rows are in order, both ways, and by name where they are alike', () => {
  const rows = [
    row('b', { requestedAt: '2026-11-05T00:00:00Z', lately: { requests: 9, bad: 2 } }),
    row('c', { destroyAt: '2026-11-09T00:00:00Z', createdAt: '2026-11-02T00:00:00Z' }),
    row('a', { requestedAt: '2026-11-04T00:00:00Z', state: 'failed' }),
  ];
  const order = (sort: Parameters<typeof inOrder>[1]['sort'], isDown = false): string =>
    names(inOrder(rows, { sort, isDown })).join('');
  equal(order('idle'), 'bac');
  equal(order('idle', true), 'cab');
  equal(order('name'), 'abc');
  equal(order('state'), 'abc');
  equal(order('errors', true), 'bac');
  equal(order('left'), 'cab');
  equal(order('age'), 'cab');
});

test('a row that says the same stays the same object, however its idle time grew', () => {
  const before = [row('a'), row('b')];
  const after = steadied(before, [row('b', { state: 'failed' }), row('a', { idleMs: 900 })]);
  equal(after[1], before[0]);
  notEqual(after[0], before[1]);
  deepEqual(names(after), ['b', 'a']);
});

test('states are counted, the most usual first', () => {
  deepEqual(statesOf([row('a', { state: 'failed' }), row('b'), row('c')]), [
    ['live', 2],
    ['failed', 1],
  ]);
});
