const heads = 'refs/heads/';

/** The branch a ref names, or null for tags, notes and the rest. */
export function branchOf(ref: string): string | null {
  return ref.startsWith(heads) ? ref.slice(heads.length) : null;
}

/**
 * Why Signalbox will not carry a branch of this name, or null. Git itself has refused most nonsense
 * (`git check-ref-format`); what is left are names no path, host or terminal should ever show.
 */
export function unusableBranchName(branch: string): string | null {
  if (branch.length > 200) return 'its name has more than 200 characters';
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(branch)) return 'its name has control characters';
  if (/[\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u.test(branch))
    return 'its name has invisible characters';
  if (branch.startsWith('-'))
    return 'its name starts with a dash, which commands would take for an option';
  return null;
}

/** Git's way of saying "no commit": the branch is created or deleted. */
export const noCommit = '0'.repeat(40);

export interface RefUpdate {
  ref: string;
  /** null: the ref is new. */
  before: string | null;
  /** null: the ref is deleted. */
  after: string | null;
}

/** Reads what git gives its receive hooks: `<old> <new> <ref>` a line. */
export function parseRefUpdates(text: string): RefUpdate[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = '', ...ref] = line.split(' ');
      return { ref: ref.join(' '), before: commitOrNull(before), after: commitOrNull(after) };
    });
}

function commitOrNull(id: string): string | null {
  return /^0+$/.test(id) ? null : id;
}

export { branches, type Branch } from './tables.ts';
