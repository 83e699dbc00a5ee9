import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Share } from './chooser.ts';
import { seeded, served, version } from './routes.test-data.ts';
import { parts, shareOut } from './share-out.ts';

const weights = (wanted: Record<string, number>) =>
  served(Object.entries(wanted).map(([name, weight]) => version(name, weight)));

function sizes(shares: readonly Share[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { version, from, to } of shares) all.set(version, (all.get(version) ?? 0) + to - from);
  return all;
}

/** Whom each part belongs to. */
function owners(shares: readonly Share[]): string[] {
  const all = Array.from({ length: parts }, () => '');
  for (const { version, from, to } of shares) all.fill(version, from, to);
  return all;
}

test('a version alone has everyone, a draining one and one of weight 0 nobody', () => {
  const target = served([
    version('old', 90, { draining: true }),
    version('off', 0),
    version('new', 3),
  ]);
  assert.deepEqual(shareOut([], target), [{ version: 'new', from: 0, to: parts }]);
  assert.deepEqual(shareOut([], weights({ off: 0 })), []);
  assert.deepEqual(shareOut([], served([])), []);
});

test('weights count relative to their sum', () => {
  assert.deepEqual(Object.fromEntries(sizes(shareOut([], weights({ a: 30, b: 10 })))), {
    a: 7500,
    b: 2500,
  });
  assert.equal(sizes(shareOut([], weights({ a: 99.99, b: 0.01 }))).get('b'), 1);
});

test('a canary that grows keeps the users it has, and one that shrinks and grows gets the same back', () => {
  const at = (before: readonly Share[], b: number) => shareOut(before, weights({ a: 100 - b, b }));
  const five = at(at(shareOut([], weights({ a: 100 })), 1), 5);
  assert.deepEqual(five, [
    { version: 'a', from: 0, to: 9500 },
    { version: 'b', from: 9500, to: parts },
  ]);
  assert.deepEqual(at(at(five, 2), 5), five);
});

test('a page moves nobody', () => {
  const before = shareOut([], weights({ a: 1, b: 1 }));
  const page = { status: 503, title: '', text: '', html: null };
  assert.deepEqual(shareOut(before, { kind: 'page', page }), before);
});

test('over 200 random changes: all parts are given, sizes are the weights, only those move that must', () => {
  const random = seeded(20261121);
  const names = ['a', 'b', 'c', 'd', 'e'];
  let before: Share[] = [];
  for (let round = 0; round < 200; round++) {
    const wanted = Object.fromEntries(
      names
        .filter(() => random() < 0.7)
        .map((name) => [name, random() < 0.2 ? 0 : Math.ceil(random() * 10_000) / 100]),
    );
    const target = weights(wanted);
    const shares = shareOut(before, target);
    assert.deepEqual(shares, shareOut(before, target), 'the same twice');
    const sum = Object.values(wanted).reduce((total, one) => total + one, 0);
    if (sum > 0) checkChange(before, shares, wanted);
    assert.ok(shares.length <= 60, `${shares.length} runs`);
    before = shares;
  }
});

function checkChange(before: Share[], after: Share[], wanted: Record<string, number>): void {
  const sum = Object.values(wanted).reduce((total, one) => total + one, 0);
  const [had, has] = [sizes(before), sizes(after)];
  for (const [name, weight] of Object.entries(wanted)) {
    const exact = (weight * parts) / sum;
    assert.ok(Math.abs((has.get(name) ?? 0) - exact) < 1 + 1e-6, `${name}: ${has.get(name)}`);
  }
  const [then, now] = [owners(before), owners(after)];
  assert.ok(!now.includes(''), 'somebody has nothing');
  const moved = then.filter((owner, part) => owner !== '' && owner !== now[part]).length;
  const spare = [...had].map(([name, size]) => Math.max(size - (has.get(name) ?? 0), 0));
  assert.equal(
    moved,
    spare.reduce((total, one) => total + one, 0),
    'only what losers had too much',
  );
  assert.ok(moved <= leastMoved(had, wanted) + 1e-6, 'rounded so that fewest move');
}

/** Tries every way to round up or down. */
function leastMoved(had: Map<string, number>, wanted: Record<string, number>): number {
  const names = Object.keys(wanted);
  const sum = Object.values(wanted).reduce((total, one) => total + one, 0);
  const exact = names.map((name) => ((wanted[name] ?? 0) * parts) / sum);
  const gone = [...had].filter(([name]) => !names.includes(name));
  const lost = gone.reduce((total, [, size]) => total + size, 0);
  let least = Number.POSITIVE_INFINITY;
  for (let way = 0; way < 2 ** names.length; way++) {
    const rounded = exact.map((size, index) => {
      const floor = Math.floor(size + 1e-6);
      return floor + (size - floor > 1e-6 ? (way >> index) & 1 : 0);
    });
    if (rounded.reduce((total, one) => total + one, 0) !== parts) continue;
    const moved = rounded.map((size, index) =>
      Math.max((had.get(names[index] ?? '') ?? 0) - size, 0),
    );
    least = Math.min(
      least,
      moved.reduce((total, one) => total + one, lost),
    );
  }
  return least;
}
