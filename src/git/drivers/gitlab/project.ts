import { z } from 'zod';
import type { HostLine } from '../../ask-host.ts';

export interface Project {
  /** `/projects/` and its encoded path. */
  path: string;
  /** null: what the project says. */
  mainBranch: string | null;
  app: string;
}

const shape = z.object({ default_branch: z.string().nullish() });

/** The branch that merged requests count for. */
export async function mainBranchOf(line: HostLine, { path, mainBranch }: Project): Promise<string> {
  return mainBranch ?? (await line.get(shape, { path })).default_branch ?? 'main';
}
