import type { Repositories } from '../git/repositories.ts';

/** Where nearly every tool keeps migrations: db/migrations, migrations, db/migrate, prisma/migrations, … */
const migrationFile = /(^|\/)(migrations?|migrate)\/.+/i;

/**
 * The first migration file that a commit adds or changes, or null. Compared with the commit it follows
 * (`since`), else with where its branch left main.
 */
export async function carriesMigration(
  repositories: Repositories,
  of: { app: string; commit: string; since?: string; mainBranch?: string },
): Promise<string | null> {
  const from = of.since ?? (await leftMain(repositories, of));
  if (from === null) return null;
  const changed = await repositories.changedPaths(of.app, from, of.commit);
  return changed.find((path) => migrationFile.test(path)) ?? null;
}

async function leftMain(
  repositories: Repositories,
  { app, commit, mainBranch = 'main' }: { app: string; commit: string; mainBranch?: string },
): Promise<string | null> {
  const main = await repositories.head(app, mainBranch);
  return main && repositories.mergeBase(app, commit, main);
}
