import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesBranch } from './matches-branch.ts';

const facts: [pattern: string, branch: string, matches: boolean][] = [
  ['main', 'main', true],
  ['main', 'mainline', false],
  ['Main', 'main', false],
  ['dependabot/**', 'dependabot/npm/zod-4', true],
  ['dependabot/**', 'dependabot/x', true],
  ['dependabot/**', 'dependabot', false],
  ['dependabot/**', 'my/dependabot/x', false],
  ['release-*', 'release-1', true],
  ['release-*', 'release-', true],
  ['release-*', 'release-1/a', false],
  ['*', 'a/b', false],
  ['**', 'a/b', true],
  ['**/wip', 'wip', true],
  ['**/wip', 'a/b/wip', true],
  ['**/wip', 'a/nowip', false],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'ab', false],
  ['fix-?', 'fix-🚂', true],
  ['fix-?', 'fix-', false],
  ['a?b', 'a/b', false],
  ['a.b', 'axb', false],
  ['(a|b)+', '(a|b)+', true],
  ['', 'a', false],
];

for (const [pattern, branch, matches] of facts) {
  test(`${pattern} ${matches ? 'matches' : 'does not match'} ${branch}`, () => {
    assert.equal(matchesBranch([pattern], branch), matches);
  });
}

test('any of several patterns is enough, and none is none', () => {
  assert.equal(matchesBranch(['a', 'b*'], 'bc'), true);
  assert.equal(matchesBranch([], 'bc'), false);
});

test('a pattern made to take for ever does not', () => {
  assert.equal(matchesBranch([`${'*a'.repeat(120)}b`], 'a'.repeat(250)), false);
  assert.equal(matchesBranch([`${'**/'.repeat(80)}b`], 'a/'.repeat(125)), false);
});
