import { noCommit } from './branch.ts';
import { runGit, type Repositories } from './repositories.ts';

export type Moved =
  | { kind: 'moved' }
  | { kind: 'moved by another' }
  | { kind: 'busy'; why: string };

/**
 * The branch points to `after` if it pointed to `before` until then (null: it was not there). Nobody is told:
 * see recordPush. `busy`: git would not touch it just now, or never (another branch is called like its folder).
 */
export async function moveBranch(
  repositories: Repositories,
  app: string,
  move: { branch: string; before: string | null; after: string; why: string },
): Promise<Moved> {
  const { branch, before, after, why } = move;
  const args = ['update-ref', '-m', why, `refs/heads/${branch}`, after, before ?? noCommit];
  try {
    await runGit(['--git-dir', repositories.path(app), ...args]);
    return { kind: 'moved' };
  } catch (error) {
    const now = await repositories.head(app, branch);
    if (now !== before) return { kind: 'moved by another' };
    return { kind: 'busy', why: String((error as { stderr?: unknown }).stderr ?? error).trim() };
  }
}
