import { runGit, type Repositories } from './repositories.ts';

/**
 * The newest commit up to `head` that says it reverts another, in git's words, and has not been reverted
 * itself; null: the other still holds.
 */
export async function findRevert(
  repositories: Repositories,
  { app, commit, head }: { app: string; commit: string; head: string },
): Promise<string | null> {
  const listed = await runGit([
    '--git-dir',
    repositories.path(app),
    'log',
    '--format=%H',
    '--fixed-strings',
    `--grep=This reverts commit ${commit}`,
    `${commit}..${head}`,
    '--',
  ]);
  for (const revert of listed.split('\n').filter(Boolean)) {
    if ((await findRevert(repositories, { app, commit: revert, head })) === null) return revert;
  }
  return null;
}
