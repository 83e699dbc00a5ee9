// Control characters are what these rules look for: a path or branch with one is never meant.
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/;

/** Why a text cannot be a path inside the repository; null when it can. */
export function wrongPath(text: string): string | null {
  if (text === '' || text.length > 500) return 'a path has 1 to 500 characters';
  if (control.test(text)) return 'a path must not contain control characters';
  if (text.startsWith('/') || /^[A-Za-z]:|\\/.test(text)) return relativeRule;
  if (text.split('/').includes('..')) return `${relativeRule}, without ..`;
  // Archives are made by tar, which would read such a name as an option.
  if (text.startsWith('-')) return 'a path must not begin with a hyphen; write ./ before it';
  if (text.includes('*')) return 'a path must not contain *; name the directory instead';
  return null;
}

/** Why a text cannot be the name of a git branch; null when it can. */
export function wrongBranch(text: string): string | null {
  if (text === '' || text.length > 250) return 'a branch name has 1 to 250 characters';
  if (control.test(text) || /[ ~^:?*[\\]|\.\.|@\{|\/\//.test(text)) return branchRule;
  if (/^[-/.]|[/.]$|\.lock$/.test(text)) return branchRule;
  return null;
}

const relativeRule = "a path is relative to the repository's root";
const branchRule = 'git allows no branch of this name';
