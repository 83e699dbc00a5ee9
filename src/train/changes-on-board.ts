import type { World } from '../environments/world.ts';
import { findRevert } from '../git/find-revert.ts';
import { matchesBranch } from '../config/matches-branch.ts';
import { runGit } from '../git/repositories.ts';
import { changes, trains } from './tables.ts';
import type { Author, Change, TrainSettings } from './train.ts';

interface Trip {
  appId: string;
  app: string;
  /** What is in production; null: nothing by the pipeline. */
  since: string | null;
  commit: string;
  settings: TrainSettings;
}

/** More than these in one go nobody looks at one by one: the newest are looked at, whoever sends them knows. */
export const mostChanges = 500;
/** Of one change. Whoever is beyond is not asked: more than ever write something together, and no more than a row can carry. */
const mostAuthors = 200;
const longestSubject = 200;
const longestName = 200;

/**
 * What is new in a commit since production, oldest first: the commits of its own line (first parents), each with all it
 * brought in, and what the last train left behind. Nothing in production: this commit alone. Reads only.
 */
export async function changesOnBoard(
  world: Pick<World, 'db' | 'repositories'>,
  trip: Trip,
): Promise<Change[]> {
  const { app, since, commit } = trip;
  const git = gitOf(world, app);
  const range =
    since === null ? ['-1', commit] : [`--max-count=${mostChanges}`, `${since}..${commit}`];
  const format = `--format=%H%x1f%P%x1f%s%n${authorsFormat}`;
  const listed = await git(['log', '-z', '--first-parent', '--reverse', format, ...range, '--']);
  const entries = listed.split('\0').filter(Boolean).map(entryOf);
  const paths = await pathsOf(git, entries);
  const found: Change[] = [];
  for (const [nth, entry] of entries.entries())
    found.push(await changeOf(git, trip, { ...entry, paths: paths[nth] ?? [] }));
  const left = await leftBehind(world, trip);
  return [...left, ...found].map((change, index) => ({ ...change, ordinal: index + 1 }));
}

type Git = (args: readonly string[], input?: string) => Promise<string>;

const gitOf =
  ({ repositories }: Pick<World, 'repositories'>, app: string): Git =>
  (args, input = '') =>
    runGit(['--git-dir', repositories.path(app), ...args], { input });

interface Entry {
  commit: string;
  first: string | undefined;
  isMerge: boolean;
  subject: string;
  /** Its own. */
  authors: Author[];
}

/** What git writes of a commit's authors, for parsedAuthors. */
export const authorsFormat =
  '%an <%ae>%x1e%(trailers:key=Co-authored-by,valueonly=true,unfold=true,separator=%x1e)';

/** A subject and a name may have any sign in them but a new line. */
function entryOf(text: string): Entry {
  const [head = '', ...rest] = text.split('\n');
  const [commit = '', parents = '', ...subject] = head.split('\u001f');
  const [first, ...merged] = parents.split(' ').filter(Boolean);
  return {
    commit,
    first,
    isMerge: merged.length > 0,
    subject: subject.join('\u001f'),
    authors: parsedAuthors(rest.join('\n')),
  };
}

async function changeOf(
  git: Git,
  { settings }: Trip,
  { paths, ...entry }: Entry & { paths: readonly string[] },
): Promise<Change> {
  const authors = await authorsOf(git, entry);
  return {
    commit: entry.commit,
    ordinal: 0,
    number: requestNumber(entry.subject),
    subject: shortened(entry.subject, longestSubject),
    authors,
    goodWithoutAsking: whyNobodyIsAsked(settings, authors, paths),
    ejectedAt: null,
    ejectedBy: null,
    ejectedWhy: null,
  };
}

/** By whole characters: PostgreSQL takes no half of one. */
const shortened = (text: string, most: number): string =>
  Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');

/** `Merge pull request #12 …`, `cart rounding (#12)`, `… (!12)`, `See merge request team/shop!12`. */
export function requestNumber(subject: string): number | null {
  const found =
    /^Merge pull request [#!](\d{1,9})\b/.exec(subject) ?? /\([#!](\d{1,9})\)\s*$/.exec(subject);
  return found ? Number(found[1]) : null;
}

/** Of a merge: of what it brought in; its own author only pressed the button. */
async function authorsOf(
  git: Git,
  { commit, first, isMerge, authors: own }: Entry,
): Promise<Author[]> {
  const brought = isMerge ? await authorsIn(git, `${first}..${commit}`) : [];
  // A merge of nothing but merges has nobody else.
  const [found] = [brought, own].filter((all) => all.length > 0);
  return found?.slice(0, mostAuthors) ?? [{ name: 'nobody', email: 'nobody' }];
}

async function authorsIn(git: Git, range: string): Promise<Author[]> {
  const most = `--max-count=${mostChanges}`;
  const format = `--format=${authorsFormat}`;
  return parsedAuthors(
    (await git(['log', '-z', '--no-merges', most, format, range, '--'])).replaceAll('\0', '\u001e'),
  );
}

/** Each address once. */
export function parsedAuthors(listed: string): Author[] {
  const all = listed.split('\u001e').flatMap((text) => parsedAuthor(text) ?? []);
  return [...new Map(all.map((author) => [author.email, author])).values()];
}

export function parsedAuthor(text: string): Author | null {
  const written = text.trim();
  const at = written.lastIndexOf('<');
  const [, email] = /^<([^<>\s]{1,254})>$/.exec(written.slice(at)) ?? [];
  if (email === undefined) return null;
  const name = shortened(written.slice(0, at).trim(), longestName);
  return { name: name || email, email: email.toLowerCase() };
}

/** What each of them changes against its first parent, by one process for all of them. */
async function pathsOf(
  git: Git,
  entries: readonly Pick<Entry, 'commit' | 'first'>[],
): Promise<string[][]> {
  const input = entries
    .map(({ commit, first }) => `${[commit, first].join(' ').trim()}\n`)
    .join('');
  const flags = ['--stdin', '--root', '--always', '-r', '-z', '--name-only', '--no-renames'];
  const all: string[][] = [];
  for (const token of (await git(['diff-tree', ...flags], input)).split('\0').filter(Boolean))
    // No path can be called like a commit that has it.
    if (token === entries[all.length]?.commit) all.push([]);
    else all.at(-1)?.push(token);
  return all;
}

/** By the rules of the file: written by robots alone, or nothing but such paths. */
export function whyNobodyIsAsked(
  { goodWithoutAsking: { authors: robots, paths: harmless } }: TrainSettings,
  authors: readonly Author[],
  paths: readonly string[],
): string | null {
  const isRobot = ({ name, email }: Author): boolean =>
    matchesBranch(robots, name.toLowerCase()) || matchesBranch(robots, email);
  if (authors.length > 0 && authors.every(isRobot))
    return `by ${authors.map(({ name }) => name).join(', ')}`;
  const only = paths.length > 0 && paths.every((path) => matchesBranch(harmless, path));
  return only ? `only ${harmless.join(', ')}` : null;
}

/**
 * What the train that brought this release left behind is in no range of commits: it went into production and was taken back
 * there. It is on board again, unless the main branch has taken it back too.
 */
async function leftBehind(
  world: Pick<World, 'db' | 'repositories'>,
  { appId, app, since, commit }: Trip,
): Promise<Change[]> {
  const last = since === null ? null : await trains.arrivedWith(world.db, appId, since);
  if (!last) return [];
  const all = await changes.of(world.db, last.id);
  const again: Change[] = [];
  for (const change of all.filter(({ ejectedAt }) => ejectedAt !== null)) {
    if (!(await world.repositories.isAncestor(app, change.commit, commit))) continue;
    const of = { app, commit: change.commit, head: commit };
    if ((await findRevert(world.repositories, of)) !== null) continue;
    again.push({ ...change, ejectedAt: null, ejectedBy: null, ejectedWhy: null });
  }
  return again;
}
