import type { World } from '../environments/world.ts';
import { findCommit } from '../git/find-commit.ts';
import { unknownCommit } from '../git/unknown-commit.ts';
import type { App } from '../git/app.ts';
import { commitMarks, type CommitMark } from './lane-tables.ts';

export interface Mark {
  app: Pick<App, 'id' | 'name'>;
  /** At least four digits of it. */
  commit: string;
  mark: CommitMark['mark'];
  by: string;
  reason: string;
}

/**
 * What everybody should know of a commit is written down. `not-safe-to-roll-back`: no release that lacks the commit
 * takes the place of one that has it, unless forced. `reverted`: it was taken back; a lane that it locks opens for
 * candidates that contain the revert. Returns the whole commit.
 * Repeatable; the first reason is kept. Refuses with `commit/unknown`.
 */
export async function markCommit(
  { db, repositories }: Pick<World, 'db' | 'repositories'>,
  { app, commit: text, mark, by, reason }: Mark,
): Promise<{ commit: string; was: 'marked' | 'was marked' }> {
  const commit = await findCommit(repositories, app.name, text);
  if (commit === null) throw unknownCommit(app.name, text);
  return { commit, was: await commitMarks.put(db, app.id, { commit, mark, by, reason }) };
}
