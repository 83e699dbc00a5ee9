import { runGit, type Repositories } from '../git/repositories.ts';
import { authorsFormat, parsedAuthors } from './changes-on-board.ts';

/** What people want to know of a commit at a glance. */
export interface CommitFacts {
  commit: string;
  /** '': the repository does not have it any more. */
  subject: string;
  /** Names; of a merge, of those whose commits it brought in, as trains ask them. */
  authors: string[];
  /** When it was committed. */
  at: Date;
}

/** A commit's name is made of what it says, so what was read once is true for good. */
const remembered = new Map<string, CommitFacts>();
const mostRemembered = 5_000;
const mostBrought = 500;
const mostAuthors = 20;

/**
 * One process of git for all that were not asked for before, and one for each new merge. Those that the repository lacks
 * are missing in the answer.
 */
export async function commitFacts(
  repositories: Pick<Repositories, 'path'>,
  app: string,
  commits: readonly string[],
): Promise<Map<string, CommitFacts>> {
  const all = [...new Set(commits)];
  const news = all.filter((commit) => !remembered.has(commit) && /^[0-9a-f]{40,64}$/.test(commit));
  const git = ['--git-dir', repositories.path(app), 'log', '-z'];
  if (news.length > 0) for (const facts of await read(git, news)) remember(facts);
  return new Map(
    all.flatMap((commit) => {
      const facts = remembered.get(commit);
      return facts ? [[commit, facts] as const] : [];
    }),
  );
}

function remember(facts: CommitFacts): void {
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= mostRemembered) remembered.delete(oldest);
  remembered.set(facts.commit, facts);
}

async function read(git: readonly string[], commits: readonly string[]): Promise<CommitFacts[]> {
  const how = ['--no-walk=unsorted', '--ignore-missing', '--stdin'];
  const format = `--format=%H%x1f%P%x1f%ct%x1f%s%n${authorsFormat}`;
  // A repository that cannot be read now may be later: nothing is remembered then.
  const listed = await runGit([...git, ...how, format], {
    input: commits.map((commit) => `${commit}\n`).join(''),
  }).catch(() => '');
  return Promise.all(
    listed
      .split('\0')
      .filter(Boolean)
      .map((text) => factsOf(git, text)),
  );
}

async function factsOf(git: readonly string[], text: string): Promise<CommitFacts> {
  const [head = '', ...rest] = text.split('\n');
  const [commit = '', parents = '', seconds = '0', ...subject] = head.split('\u001f');
  const [first, ...merged] = parents.split(' ').filter(Boolean);
  const brought = merged.length > 0 ? await broughtIn(git, `${first}..${commit}`) : [];
  return {
    commit,
    subject: subject.join('\u001f'),
    authors: brought.length > 0 ? brought : namesIn(rest.join('\n')),
    at: new Date(Number(seconds) * 1000),
  };
}

/** The author of a merge only pressed the button. */
async function broughtIn(git: readonly string[], range: string): Promise<string[]> {
  const how = ['--no-merges', `--max-count=${mostBrought}`, `--format=${authorsFormat}`, range];
  const listed = await runGit([...git, ...how, '--']).catch(() => '');
  return namesIn(listed.replaceAll('\0', '\u001e'));
}

/** Each address once. */
const namesIn = (listed: string): string[] =>
  parsedAuthors(listed)
    .map(({ name }) => name)
    .slice(0, mostAuthors);
