import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseNode, type Asking, type Seat } from './choose-node.ts';

const now = new Date('2026-11-21T12:00:00Z');
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

/** Numbered as they stand. */
const seats = (...all: Partial<Seat>[]): Seat[] =>
  all.map((seat, index) => ({
    number: index + 1,
    holder: null,
    occupant: null,
    givenAt: null,
    ...seat,
  }));

const lives = (branch: string, changed: number, keptUntil: Date | null = null): Partial<Seat> => ({
  holder: branch,
  occupant: { branch, state: 'live', pushedAt: hoursAgo(changed), keptUntil },
  givenAt: hoursAgo(changed),
});

const asks = (branch: string, more: Partial<Asking> = {}): Asking => ({
  branch,
  before: null,
  working: new Set(),
  now,
  ...more,
});

describe('which node a branch gets', () => {
  test('the one it has, though another is free', () => {
    assert.equal(chooseNode(seats({}, lives('a', 9)), asks('a', { before: 2 })), 2);
  });

  test('the one it had, where nobody is, though another has never been used', () => {
    assert.equal(chooseNode(seats({}, { givenAt: hoursAgo(1) }), asks('a', { before: 2 })), 2);
  });

  test('not the one it had, where somebody else is by now', () => {
    assert.equal(chooseNode(seats({}, lives('b', 9)), asks('a', { before: 2 })), 1);
  });

  test('not the one it had, where the file has fewer nodes by now', () => {
    assert.equal(chooseNode(seats(lives('b', 9)), asks('a', { before: 2 })), 1);
  });

  test('its own again, when whoever it was given to never came', () => {
    const given = { ...lives('a', 9), holder: 'b' };
    assert.equal(chooseNode(seats({}, given), asks('a', { before: 2 })), 2);
    const comes = asks('a', { before: 2, working: new Set(['b']) });
    assert.equal(chooseNode(seats({}, given), comes), 1);
  });

  test('of free ones, the one that somebody comes back to least probably', () => {
    const all = seats({ givenAt: hoursAgo(1) }, { givenAt: hoursAgo(5) }, { givenAt: hoursAgo(2) });
    assert.equal(chooseNode(all, asks('a')), 2);
    assert.equal(
      chooseNode([...all, ...seats({}).map((one) => ({ ...one, number: 4 }))], asks('a')),
      4,
    );
  });

  test('one whose environment is being destroyed is free', () => {
    const { occupant } = lives('b', 1);
    const leaving = occupant ? { ...occupant, state: 'destroying' as const } : null;
    assert.equal(
      chooseNode(seats(lives('c', 9), { holder: 'b', occupant: leaving }), asks('a')),
      2,
    );
  });

  test('one that is given to a branch under way is not free', () => {
    const given = seats({ holder: 'b' }, lives('c', 1));
    assert.equal(chooseNode(given, asks('a', { working: new Set(['b']) })), 2);
    assert.equal(chooseNode(given, asks('a')), 1, 'its build has failed');
  });

  test('else the one unchanged for longest', () => {
    assert.equal(chooseNode(seats(lives('b', 2), lives('c', 7), lives('d', 4)), asks('a')), 2);
  });

  test('never one that somebody is deploying to, nor one that is kept', () => {
    const all = seats(lives('b', 7), lives('c', 6, hoursAgo(-1)), lives('d', 5, hoursAgo(1)));
    const working = new Set(['b']);
    assert.equal(chooseNode(all, asks('a', { working })), 3, 'the last lease has ended');
    assert.equal(chooseNode(all.slice(0, 2), asks('a', { working })), null);
  });
});
