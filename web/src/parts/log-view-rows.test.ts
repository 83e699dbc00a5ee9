import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineStore, type LineStore } from './line-store.ts';
import { logViewRows, matchBeside, type LogViewRows } from './log-view-rows.ts';

const always = (): boolean => true;
const storeOf = (...texts: string[]): LineStore => {
  const store = lineStore({ mostLines: 6, mostCharacters: 10_000 });
  store.append(texts.map((text) => ({ from: '', text })));
  return store;
};
const all = { columns: Infinity, search: null, onlyMatches: false };
const shown = (rows: LogViewRows): string[] => {
  const found: string[] = [];
  for (let row = rows.first; row < rows.end; row += 1) {
    const { number, part } = rows.at(row);
    found.push(`${number}.${part}`);
  }
  return found;
};

test('each line has a row of its own where lines are not wrapped', () => {
  const rows = logViewRows(storeOf('a', '', 'a long line'), all);
  assert.ok(rows.advance(always));
  assert.deepEqual(shown(rows), ['0.0', '1.0', '2.0']);
});

test('wrapped, a line has as many rows as it needs', () => {
  const rows = logViewRows(storeOf('abcd', '', 'abcde', 'abcdefghi'), { ...all, columns: 4 });
  rows.advance(always);
  assert.deepEqual(shown(rows), ['0.0', '1.0', '2.0', '2.1', '3.0', '3.1', '3.2']);
  assert.deepEqual([0, 1, 2, 3, 4].map(rows.rowOf), [0, 1, 2, 4, 7]);
});

test('lines that match are found, and can be the only ones', () => {
  const store = storeOf('GET /', 'warning', 'get /x', 'ok');
  const search = /get/i;
  const every = logViewRows(store, { ...all, search });
  every.advance(always);
  assert.deepEqual(every.matches, [0, 2]);
  assert.equal(every.end, 4);
  const only = logViewRows(store, { ...all, search, onlyMatches: true });
  only.advance(always);
  assert.deepEqual(shown(only), ['0.0', '2.0']);
  assert.equal(only.rowOf(1), 1);
});

test('what the dashboard itself says is found by no search', () => {
  const store = lineStore();
  store.append([{ from: '', text: 'cut', isNote: true }]);
  const rows = logViewRows(store, { ...all, search: /cut/ });
  rows.advance(always);
  assert.deepEqual(rows.matches, []);
});

test('new lines join and dropped ones leave; the rows that stay keep their numbers', () => {
  const store = storeOf('aaaa', 'bb', 'aa', 'dddd');
  const rows = logViewRows(store, { columns: 2, search: /a/, onlyMatches: false });
  rows.advance(always);
  assert.deepEqual([rows.first, rows.end], [0, 6]);
  store.append(['e', 'f', 'a', 'hh'].map((text) => ({ from: '', text })));
  rows.advance(always);
  assert.equal(store.first, 2);
  assert.deepEqual(rows.matches, [2, 6]);
  assert.deepEqual([rows.first, rows.end], [3, 10]);
  assert.deepEqual(shown(rows), ['2.0', '3.0', '3.1', '4.0', '5.0', '6.0', '7.0']);
  assert.equal(rows.rowOf(0), 3);
});

test('all lines can be dropped at once', () => {
  const store = storeOf('a', 'b');
  const rows = logViewRows(store, all);
  rows.advance(always);
  store.append(Array.from({ length: 20 }, (_, at) => ({ from: '', text: String(at) })));
  rows.advance(always);
  assert.deepEqual(shown(rows), ['16.0', '17.0', '18.0', '19.0', '20.0', '21.0']);
});

test('a long log is taken in piece by piece', () => {
  const store = lineStore();
  store.append(Array.from({ length: 1200 }, (_, at) => ({ from: '', text: String(at) })));
  const rows = logViewRows(store, all);
  let left = 1;
  const onceMore = (): boolean => left-- > 0;
  assert.equal(rows.advance(onceMore), false);
  assert.equal(rows.end, 500);
  left = 9;
  assert.equal(rows.advance(onceMore), true);
  assert.equal(rows.end, 1200);
});

test('from a line it goes to the match after it or before it, and around the end', () => {
  const matches = [3, 7, 9];
  const walk = (from: number, step: 1 | -1): number | undefined =>
    matches[matchBeside(matches, { from, step })];
  assert.deepEqual(
    [-1, 3, 8, 9].map((from) => walk(from, 1)),
    [3, 7, 9, 3],
  );
  assert.deepEqual(
    [10, 9, 4, 3].map((from) => walk(from, -1)),
    [9, 7, 3, 9],
  );
  assert.equal(matchBeside([], { from: 0, step: 1 }), -1);
});
