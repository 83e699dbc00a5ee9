import type { App } from '../git/app.ts';
import { branches } from '../git/branch.ts';
import { condemn } from './destroy.ts';
import type { Environment } from './environment.ts';
import { branchState } from './push-tables.ts';
import { environments } from './tables.ts';
import type { World } from './world.ts';

/** Previews of branches with proof of their end are on their way out when it resolves. Repeatable. */
export async function endPreviews(world: World, app: App): Promise<void> {
  for (const preview of await previews(world, app)) {
    const why = await provenEnd(world, app, preview);
    if (why) await condemn(world, preview, why);
  }
}

async function previews(world: World, app: App): Promise<Environment[]> {
  const living = await environments.living(world.db, app.id);
  return living.filter(({ kind, state }) => kind === 'preview' && state !== 'destroying');
}

/**
 * Positive proof that a preview's branch has ended, in words, or null. Deleted: somebody's deletion was
 * recorded. Merged: main contains its head, and it once had commits that main had not. That a branch is
 * missing from some list proves nothing.
 */
async function provenEnd(world: World, app: App, { branch }: Environment): Promise<string | null> {
  const known = await branches.get(world.db, app.id, branch);
  if (!known) return null;
  if (known.head === null) return `branch ${branch} ${known.goneWhy ?? 'was deleted'}`;
  if (!(await branchState.isAhead(world.db, app.id, branch))) return null;
  const main = await world.repositories.head(app.name, app.mainBranch);
  if (main === null || main === known.head) return main === null ? null : mergedInto(app, branch);
  const merged = await world.repositories.isAncestor(app.name, known.head, main);
  return merged ? mergedInto(app, branch) : null;
}

const mergedInto = (app: App, branch: string): string =>
  `branch ${branch} was merged into ${app.mainBranch}`;

/**
 * Compares what was recorded of an app's branches with its repository. What was pushed while nobody could
 * record it is returned as moves; what was deleted is recorded with the proof that the repository answers
 * for main and not for the branch.
 */
export async function compareBranches(
  world: World,
  app: App,
): Promise<{ branch: string; before: string | null; commit: string }[]> {
  // What was recorded first: whatever is recorded while the repository answers is newer than what we compare.
  const known = await branches.all(world.db, app.id);
  const heads = await world.repositories.heads(app.name);
  const byName = new Map(known.map((branch) => [branch.name, branch]));
  const moves = [...heads].flatMap(([branch, commit]) => {
    const before = byName.get(branch)?.head ?? null;
    return before === commit ? [] : [{ branch, before, commit }];
  });
  // An empty or broken repository proves nothing about anybody.
  if (!heads.has(app.mainBranch)) return moves;
  for (const branch of known) {
    if (branch.head === null || heads.has(branch.name)) continue;
    if ((await world.repositories.head(app.name, branch.name)) !== null) continue;
    await branches.gone(world.db, app.id, { ...branch, why: 'was deleted' });
  }
  return moves;
}
