import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';

export interface Repository {
  /** `/repos/OWNER/NAME`. */
  path: string;
  /** null: what the repository says. */
  mainBranch: string | null;
  app: string;
}

const shape = z.object({ default_branch: z.string() });

/** The branch that merged requests count for. */
export async function mainBranchOf(
  line: HostLine,
  { path, mainBranch }: Repository,
): Promise<string> {
  return mainBranch ?? (await line.get(shape, { path })).default_branch;
}

/** What Forgejo gives at most, and Gitea where nobody has set less. */
export const perPage = 50;
