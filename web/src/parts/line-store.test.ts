import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineStore, type LogLine } from './line-store.ts';

const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from }, (_, at) => ({ from: 'web', text: `line ${from + at}` }));

test('the newest lines are kept under the numbers they came with, and the dropped ones are counted', () => {
  const store = lineStore();
  for (let from = 0; from < 250_000; from += 1000) store.append(lines(from, from + 1000));
  assert.equal(store.first, 150_000);
  assert.equal(store.end, 250_000);
  assert.equal(store.line(150_000).text, 'line 150000');
  assert.equal(store.line(249_999).text, 'line 249999');
});

test('more lines at once than are kept leave the newest', () => {
  const store = lineStore({ mostLines: 10, mostCharacters: 1000 });
  store.append(lines(0, 25));
  assert.deepEqual([store.first, store.end, store.line(15).text], [15, 25, 'line 15']);
});

test('long lines push out more; the newest one stays, however long it is', () => {
  const store = lineStore({ mostLines: 10, mostCharacters: 100 });
  store.append(lines(0, 5));
  store.append([{ from: 'web', text: 'x'.repeat(90) }]);
  assert.deepEqual([store.first, store.end], [4, 6]);
  store.append([{ from: 'web', text: 'y'.repeat(500) }]);
  assert.deepEqual([store.first, store.end, store.line(6).text.length], [6, 7, 500]);
  store.append(lines(7, 9));
  assert.deepEqual([store.first, store.end, store.line(7).text], [7, 9, 'line 7']);
});

test('the widest line and name there have been are known', () => {
  const store = lineStore({ mostLines: 1, mostCharacters: 100 });
  store.append([
    { from: 'a-long-name', text: 'a long line' },
    { from: 'web', text: 'short' },
  ]);
  assert.deepEqual(store.widest, { text: 11, from: 11 });
});
