import { runGit, type Repositories } from './repositories.ts';

/** The whole id of a commit that was named by its beginning; null: there is none, or several begin so. */
export async function findCommit(
  repositories: Repositories,
  app: string,
  text: string,
): Promise<string | null> {
  if (!/^[0-9a-f]{4,64}$/.test(text)) return null;
  const args = [
    '--git-dir',
    repositories.path(app),
    'rev-parse',
    '--verify',
    '--quiet',
    `${text}^{commit}`,
  ];
  return (await runGit(args).catch(() => '')).trim() || null;
}
