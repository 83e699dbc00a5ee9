import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heightOf, layOut, nextNode, nodeWidth } from './layout.ts';

const box = (height: number) => ({ height });

test('columns stand side by side, and what is in one stands below each other without touching', () => {
  const { places, width, height } = layOut([[box(50)], [box(60), box(70)], [box(80)]]);
  const columns = [...new Set(places.map(({ x }) => x))];
  assert.deepEqual(columns, [0, columns[1], columns[1]! * 2]);
  assert.ok(columns[1]! > nodeWidth);
  const [, upper, lower] = places;
  assert.ok(lower!.y > upper!.y + upper!.height);
  assert.equal(width, columns[2]! + nodeWidth);
  assert.equal(height, lower!.y + lower!.height);
});

test('each leads to each of the next column, and to no other', () => {
  const [push, check, build, stage, last] = [1, 2, 3, 4, 5].map(box);
  const { edges } = layOut([[push!], [check!, build!], [stage!], [last!]]);
  assert.deepEqual(
    edges.map(({ to }) => to),
    [check, build, stage, stage, last],
  );
  assert.deepEqual(layOut([[box(1)], [box(1)]]).edges[0]?.path, `M${nodeWidth} 22H224`);
  assert.match(edges[1]!.path, /^M188 22C\d+ 22 \d+ \d+ 224 \d+$/);
});

test('nothing takes no room', () => {
  assert.deepEqual(layOut([]), { places: [], edges: [], width: 0, height: 0 });
});

test('a node is as high as what it says, up to a limit', () => {
  const plain = heightOf({ why: null, lines: [] });
  assert.ok(heightOf({ why: 'it failed', lines: [] }) > plain);
  assert.ok(heightOf({ why: null, lines: [1, 2] }) > heightOf({ why: null, lines: [1] }));
  const long = heightOf({ why: 'x'.repeat(200), lines: [] });
  assert.equal(heightOf({ why: 'x'.repeat(9000), lines: [] }), long);
  const many = heightOf({ why: null, lines: Array(7) });
  assert.equal(heightOf({ why: null, lines: Array(90) }), many);
});

test('arrow keys go along and stop at the ends', () => {
  // 0 | 1 2 3 | 4
  const from = (at: number, ...keys: string[]) =>
    keys.reduce((now, key) => nextNode([1, 3, 1], now, `Arrow${key}`), at);
  assert.equal(from(0, 'Right'), 1);
  assert.equal(from(0, 'Right', 'Down', 'Down'), 3);
  assert.equal(from(3, 'Down'), 3);
  assert.equal(from(3, 'Up', 'Up', 'Up'), 1);
  assert.equal(from(3, 'Right'), 4);
  assert.equal(from(4, 'Right'), 4);
  assert.equal(from(4, 'Left'), 1);
  assert.equal(from(0, 'Left'), 0);
  assert.equal(nextNode([1, 3, 1], 2, 'Enter'), 2);
});
