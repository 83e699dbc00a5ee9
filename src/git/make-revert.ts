import { runGit, type Repositories } from './repositories.ts';

export interface RevertOrder {
  app: string;
  /** What is taken back; in full. */
  commit: string;
  /** The new commit comes after this one. */
  onto: string;
  /** Its author. */
  by: string;
  reason: string | null;
}

export type Revert =
  | { kind: 'made'; commit: string; subject: string }
  /** Later commits changed the same lines. */
  | { kind: 'conflict'; paths: string[] }
  /** Nothing of it is left. */
  | { kind: 'no change' };

/**
 * A commit that takes another back, in the bare repository itself: no files are checked out, and no branch is
 * moved. Of a merge, what it brought to its first parent is taken back. Calling twice makes two commits.
 */
export async function makeRevert(repositories: Repositories, order: RevertOrder): Promise<Revert> {
  const git: Git = (args, options) =>
    runGit(['--git-dir', repositories.path(order.app), ...args], options);
  const [first = null, ...others] = await parentsOf(git, order.commit);
  const merged = await mergeBack(git, { ...order, first });
  if (merged.paths.length > 0) return { kind: 'conflict', paths: merged.paths };
  if (merged.tree === (await repositories.tree(order.app, order.onto)))
    return { kind: 'no change' };
  const { subject: reverted } = await repositories.describe(order.app, order.commit);
  const subject = `Revert "${reverted}"`;
  const ofMerge = others.length > 0 ? first : null;
  const args = ['commit-tree', merged.tree, '-p', order.onto, '-F', '-'];
  const input = messageOf(order, { subject, ofMerge });
  const made = await git(args, { input, env: author(order.by) });
  return { kind: 'made', commit: made.trim(), subject };
}

type Git = (
  args: readonly string[],
  options?: { input?: string; env?: Record<string, string> },
) => Promise<string>;

async function parentsOf(git: Git, commit: string): Promise<string[]> {
  const listed = await git(['rev-list', '--parents', '--max-count=1', commit]);
  return listed.trim().split(' ').slice(1);
}

/**
 * A three-way merge from the commit to its parent, on top of another. Git before 2.40 finds the base of a merge
 * in the history alone, so the three trees get a history of their own, which nothing refers to.
 */
async function mergeBack(
  git: Git,
  { commit, onto, first }: RevertOrder & { first: string | null },
): Promise<{ tree: string; paths: string[] }> {
  const before = first === null ? (await git(['mktree'], { input: '' })).trim() : `${first}^{tree}`;
  const base = await loneCommit(git, `${commit}^{tree}`);
  const ours = await loneCommit(git, `${onto}^{tree}`, base);
  const theirs = await loneCommit(git, before, base);
  const args = ['merge-tree', '--write-tree', '--no-messages', '--name-only', '-z', ours, theirs];
  const told = await git(args).catch((error: { exitCode?: number; stdout?: unknown }) => {
    // 1 alone means conflicts; their paths are what it printed.
    if (error.exitCode !== 1) throw error;
    return String(error.stdout);
  });
  const [tree = '', ...paths] = told.split('\0').filter(Boolean);
  return { tree, paths };
}

async function loneCommit(git: Git, tree: string, parent?: string): Promise<string> {
  const after = parent === undefined ? [] : ['-p', parent];
  const env = { ...author('Signalbox'), GIT_AUTHOR_DATE: epoch, GIT_COMMITTER_DATE: epoch };
  return (await git(['commit-tree', tree, ...after, '-m', 'for a merge'], { env })).trim();
}

/** Always the same, so that trying again adds no objects. */
const epoch = '1000000000 +0000';

function author(by: string): Record<string, string> {
  // Git takes no name of punctuation alone.
  const name = /[\p{L}\p{N}]/u.test(by) ? by : 'somebody';
  return {
    GIT_AUTHOR_NAME: name,
    // Authors are known by a token that is called like their address.
    GIT_AUTHOR_EMAIL: name,
    GIT_COMMITTER_NAME: 'Signalbox',
    GIT_COMMITTER_EMAIL: 'signalbox',
  };
}

/** In git's own words, so that its tools and people's find it. */
function messageOf(
  { commit, reason }: RevertOrder,
  { subject, ofMerge }: { subject: string; ofMerge: string | null },
): string {
  const what =
    ofMerge === null
      ? `This reverts commit ${commit}.`
      : `This reverts commit ${commit}, reversing\nchanges made to ${ofMerge}.`;
  const why = reason?.trim();
  return [subject, what, ...(why ? [why] : [])].join('\n\n') + '\n';
}
