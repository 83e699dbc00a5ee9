import type { World } from '../environments/world.ts';
import { findRevert } from '../git/find-revert.ts';
import { runGit } from '../git/repositories.ts';

interface Range {
  app: string;
  /** The commit that is in production; null: none is. */
  since: string | null;
  commit: string;
}

const mostCommits = 1000;

/** E-mail addresses of those who wrote the commits since another; without that one, whoever wrote this commit. */
export async function authorsSince(
  { repositories }: Pick<World, 'repositories'>,
  { app, since, commit }: Range,
): Promise<string[]> {
  const range =
    since === null ? ['-1', commit] : [`--max-count=${mostCommits}`, `${since}..${commit}`];
  const listed = await runGit([
    '--git-dir',
    repositories.path(app),
    'log',
    '--no-merges',
    '--format=%ae',
    ...range,
    '--',
  ]);
  return [...new Set(listed.split('\n').map((line) => line.trim().toLowerCase()))].filter(Boolean);
}

/** Whether a commit does without another one: it does not contain it, or a later one reverts it and was not reverted itself. */
export async function isRevertedSince(
  { repositories }: Pick<World, 'repositories'>,
  { app, bad, commit }: { app: string; bad: string; commit: string },
): Promise<boolean> {
  if (!(await repositories.isAncestor(app, bad, commit))) return true;
  return (await findRevert(repositories, { app, commit: bad, head: commit })) !== null;
}
