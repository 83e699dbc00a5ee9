import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findRevert } from './find-revert.ts';
import { repositories, runGit } from './repositories.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-find-revert-'));
});
after(() => rm(directory, { recursive: true, force: true }));

const author = {
  GIT_AUTHOR_NAME: 'ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** A repository and what makes one more commit there, without files. */
async function history(app: string) {
  const path = join(directory, `${app}.git`);
  await runGit(['init', '-q', '--bare', path]);
  const git = (args: string[], input = '') =>
    runGit(['--git-dir', path, ...args], { input, env: author });
  const tree = (await git(['mktree'])).trim();
  let head: string | null = null;
  return async (message: string): Promise<string> => {
    const parent: string[] = head === null ? [] : ['-p', head];
    head = (await git(['commit-tree', tree, ...parent, '-F', '-'], message)).trim();
    return head;
  };
}

const reverting = (...commits: string[]): string =>
  commits.map((commit) => `This reverts commit ${commit}.\n`).join('');

const find = (app: string, commit: string, head: string): Promise<string | null> =>
  findRevert(repositories(directory), { app, commit, head });

test('a revert counts, until it is reverted itself, and again when that is reverted', async () => {
  const commit = await history('turns');
  const bad = await commit('sell for nothing');
  assert.equal(await find('turns', bad, bad), null);
  const first = await commit(`Revert "it"\n\n${reverting(bad)}`);
  assert.equal(await find('turns', bad, first), first);
  const second = await commit(`Reapply it\n\n${reverting(first)}`);
  assert.equal(await find('turns', bad, second), null);
  const third = await commit(reverting(second));
  assert.equal(await find('turns', bad, third), first);
  const merge = `Take it back\n\nThis reverts commit ${bad}, reversing\nchanges made to ${third}.`;
  const fourth = await commit(merge);
  assert.equal(await find('turns', bad, fourth), fourth, 'the newest');
});

// Followed one by one, they would be billions of ways; it would end with the test's time.
test(
  'each commit of many that revert each other is looked at once',
  { timeout: 60_000 },
  async () => {
    const commit = await history('hostile');
    const all = [await commit('the first')];
    // The newest holds, and so do all whose distance from it can be divided by three: nobody who holds names them.
    for (let count = 1; count <= 90; count += 1)
      all.push(await commit(reverting(...all.slice(-2))));
    const head = all.at(-1) ?? '';
    assert.equal(await find('hostile', all[0] ?? '', head), null);
    assert.equal(await find('hostile', all[1] ?? '', head), all[3]);
  },
);
