import { runGit, type Repositories } from './repositories.ts';

/**
 * The newest commit up to `head` that says it reverts another, in git's words, and has not been reverted
 * itself; null: the other still holds. Both in full. Of the commits that revert something, the newest 1,000 are read.
 */
export async function findRevert(
  repositories: Repositories,
  { app, commit, head }: { app: string; commit: string; head: string },
): Promise<string | null> {
  const listed = await runGit([
    '--git-dir',
    repositories.path(app),
    'log',
    '-z',
    '--format=%H%n%B',
    `--max-count=${mostReverts}`,
    '--fixed-strings',
    '--grep=This reverts commit ',
    `${commit}..${head}`,
    '--',
  ]);
  return whatReverts(commit, revertsIn(listed));
}

const mostReverts = 1000;

/** Commit → those that say they revert it, newest first. */
function revertsIn(listed: string): Map<string, string[]> {
  const reverts = new Map<string, string[]>();
  for (const entry of listed.split('\0').filter(Boolean)) {
    const [revert = ''] = entry.split('\n', 1);
    const named = entry.matchAll(/This reverts commit ([0-9a-f]{40,64})/g);
    for (const commit of new Set(Array.from(named, ([, name = '']) => name))) {
      const others = reverts.get(commit);
      if (others) others.push(revert);
      else reverts.set(commit, [revert]);
    }
  }
  return reverts;
}

/**
 * The first that still holds. Each commit is looked at once, however many name it; and there is no circle, because
 * nobody can name a commit that is not there yet.
 */
function whatReverts(
  commit: string,
  reverts: ReadonlyMap<string, readonly string[]>,
  known = new Map<string, string | null>(),
): string | null {
  const before = known.get(commit);
  if (before !== undefined) return before;
  const holds = (revert: string): boolean => whatReverts(revert, reverts, known) === null;
  const found = reverts.get(commit)?.find(holds) ?? null;
  known.set(commit, found);
  return found;
}
