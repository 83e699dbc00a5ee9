import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLine } from './line-store.ts';
import { logViewMemory, newSince } from './log-view-memory.ts';

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}`);

function told() {
  const lines: LogLine[] = [];
  const memory = logViewMemory((line) => lines.push(line));
  const print = (texts: readonly string[], instance = 'one'): void => {
    for (const line of texts) memory.take({ service: 'web', instance, line });
  };
  const settle = (): void => {
    for (let look = 0; look < 10; look += 1) memory.settle();
  };
  return { lines, memory, print, settle, texts: () => lines.map(({ text }) => text) };
}

test('after a cut the log goes on where it was, without a line twice', () => {
  const { memory, print, settle, texts, lines } = told();
  print(numbered(0, 1000));
  memory.reopened();
  print(numbered(500, 1300));
  settle();
  print(numbered(1300, 1310));
  assert.deepEqual(texts(), numbered(0, 1310));
  assert.ok(lines.every(({ from, isNote }) => from === 'web' && !isNote));
});

test('what comes in several pieces is waited for', () => {
  const { memory, print, texts } = told();
  print(numbered(0, 1000));
  memory.reopened();
  memory.settle();
  print(numbered(500, 900));
  memory.settle();
  memory.settle();
  assert.equal(texts().length, 1000);
  print(numbered(900, 1300));
  memory.settle();
  memory.settle();
  assert.deepEqual(texts(), numbered(0, 1300));
});

test('each instance goes on where it was; one that is new is told whole', () => {
  const { memory, print, settle, texts } = told();
  print(['a1', 'a2'], 'a');
  print(['b1'], 'b');
  memory.reopened();
  print(['a1', 'a2', 'a3'], 'a');
  print(['c1', 'c2'], 'c');
  print(['b1', 'b2'], 'b');
  settle();
  assert.deepEqual(texts(), ['a1', 'a2', 'b1', 'c1', 'c2', 'a3', 'b2']);
});

test('where more was printed than is read again, a line says that some may be missing', () => {
  const { memory, print, settle, lines, texts } = told();
  print(numbered(0, 10));
  memory.reopened();
  print(numbered(5000, 5003));
  settle();
  assert.deepEqual(texts().slice(11), numbered(5000, 5003));
  assert.ok(lines[10]?.isNote);
  assert.match(lines[10].text, /cut here/);
});

test('where lines repeat so that nobody can tell, a line says so', () => {
  const { memory, print, settle, lines } = told();
  print(Array.from({ length: 300 }, () => 'tick'));
  memory.reopened();
  print(Array.from({ length: 400 }, () => 'tick'));
  settle();
  assert.equal(lines.length, 301);
  assert.ok(lines.at(-1)?.isNote);
});

test('a log that ends is told at once', () => {
  const { memory, print, texts } = told();
  print(['one', 'two']);
  memory.reopened();
  print(['one', 'two', 'three']);
  memory.settle(true);
  assert.deepEqual(texts(), ['one', 'two', 'three']);
});

test('an end that is known stands for all before it', () => {
  assert.deepEqual(newSince(['b', 'c'], ['a', 'b', 'c', 'd']), {
    lines: ['d'],
    isThere: true,
    isSure: true,
  });
  assert.equal(newSince(['b', 'c'], ['c', 'd']).isThere, false);
  assert.equal(newSince(['a'], ['a', 'x', 'a', 'y']).isSure, false);
  assert.deepEqual(newSince(['a'], ['a', 'x', 'a', 'y']).lines, ['y']);
});
