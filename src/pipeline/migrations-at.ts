import type { World } from '../environments/world.ts';
import { runGit } from '../git/repositories.ts';
import { ledgerNames } from '../stores/migration-safety/ledger-names.ts';

/** A migration of a commit, not read yet. */
export interface ListedMigration {
  path: string;
  /** Git's name of its content. */
  object: string;
  bytes: number;
}

type Repositories = Pick<World, 'repositories'>;

/** All migrations of a commit by their paths. Reads only. */
export async function migrationsAt(
  { repositories }: Repositories,
  { app, commit }: { app: string; commit: string },
): Promise<ListedMigration[]> {
  const list = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
  const listed = await runGit(['--git-dir', repositories.path(app), ...list]);
  return listed.split('\0').flatMap((line) => {
    const [about = '', path = ''] = line.split('\t', 2);
    const [, kind, object = '', bytes] = about.split(/ +/);
    return kind === 'blob' && ledgerNames(path) !== null
      ? [{ path, object, bytes: Number(bytes) }]
      : [];
  });
}

const mostBytes = 1_000_000;
const mostBytesInAll = 50_000_000;

/** Their texts, in their order; null: too long to be read. One call of git, however many there are. */
export async function readMigrations(
  { repositories }: Repositories,
  app: string,
  listed: readonly ListedMigration[],
): Promise<(string | null)[]> {
  let left = mostBytesInAll;
  const readable = listed.map(({ bytes }) => bytes <= mostBytes && (left -= bytes) >= 0);
  const wanted = listed.filter((_, index) => readable[index]);
  const texts = wanted.length === 0 ? [] : await readObjects(repositories.path(app), wanted);
  return readable.map((is) => (is ? (texts.shift() ?? null) : null));
}

/** Each answer is a line, the content and a line end. Latin-1 keeps bytes countable. */
async function readObjects(
  repository: string,
  wanted: readonly ListedMigration[],
): Promise<string[]> {
  const input = wanted.map(({ object }) => `${object}\n`).join('');
  const all = await runGit(['--git-dir', repository, 'cat-file', '--batch'], {
    input,
    encoding: 'latin1',
    stripFinalNewline: false,
  });
  let at = 0;
  return wanted.map(({ bytes }) => {
    const begin = all.indexOf('\n', at) + 1;
    at = begin + bytes + 1;
    return Buffer.from(all.slice(begin, begin + bytes), 'latin1').toString('utf8');
  });
}
