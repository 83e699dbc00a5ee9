import { stores } from '../environments/environment-rows.ts';
import type { Deploy, Environment } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import { runGit } from '../git/repositories.ts';
import { ledgerNames, plainVersion } from '../stores/migration-safety/ledger-names.ts';
import {
  compatibilityOf,
  type MigrationJudgement,
} from '../stores/migration-safety/migration-judgement.ts';
import { migrationJudgements } from './judgement-tables.ts';

/**
 * In words: whether a release knows the schema it meets, from the migrations that ran and its own files. Reads only.
 */
export async function schemaWords(
  world: Pick<World, 'db' | 'repositories'>,
  { id, app }: Pick<Environment, 'id' | 'app'>,
  { commit }: Pick<Deploy, 'commit'>,
): Promise<string> {
  const ran = (await stores.of(world.db, id)).flatMap(({ migrations }) => migrations);
  if (ran.length === 0) return 'no migrations are recorded here';
  const known = await knownMigrations(world, app, commit);
  if (known.size === 0) return 'the old release has no migration files that could be compared';
  const unknown = ran.filter((name) => !spellings(name).some((one) => known.has(one)));
  return unknown.length > 0 ? unknownWords(await judged(world, id, unknown)) : allKnown(ran.length);
}

/** All names that a ledger could have for the migrations of a commit. */
async function knownMigrations(
  { repositories }: Pick<World, 'repositories'>,
  app: string,
  commit: string,
): Promise<Set<string>> {
  const list = ['ls-tree', '-r', '-z', '--name-only', commit];
  const listed = await runGit(['--git-dir', repositories.path(app), ...list]);
  const files = listed.split('\0').flatMap((path) => ledgerNames(path) ?? []);
  return new Set(files.flatMap(({ names }) => [...names]));
}

const allKnown = (count: number): string =>
  count === 1
    ? 'the old release knows the one migration that ran'
    : `the old release knows all ${count} migrations that ran`;

interface Ran {
  name: string;
  /** null: it ran without having been judged. */
  judgement: MigrationJudgement | null;
}

async function judged(
  { db }: Pick<World, 'db'>,
  environment: string,
  names: readonly string[],
): Promise<Ran[]> {
  const kept = await migrationJudgements.known(db, environment, names.flatMap(spellings));
  return names.map((name) => {
    const isMeant = (one: string): boolean => spellings(name).includes(one);
    return { name, judgement: kept.find((one) => one.names.some(isMeant))?.judgement ?? null };
  });
}

const spellings = (name: string): string[] => [name, plainVersion(name) ?? name];

function unknownWords(unknown: readonly Ran[]): string {
  const shown = unknown.slice(0, mostNamed).map(named).join(', ');
  const more = unknown.length > mostNamed ? ` and ${unknown.length - mostNamed} more` : '';
  const ran = unknown.length === 1 ? '1 migration' : `${unknown.length} migrations`;
  return `${ran} ran since that the old release does not know: ${shown}${more}; ${togetherWords(unknown)}`;
}

function named({ name, judgement }: Ran): string {
  if (judgement === null) return `${name} (not judged)`;
  if (judgement.waiver !== null) return `${name} (waived: safe because ${judgement.waiver.reason})`;
  switch (compatibilityOf([judgement])) {
    case 'compatible':
      return name;
    case 'not compatible':
      return `${name} (breaks the release before it)`;
    case 'unknown':
      return `${name} (not judged)`;
  }
}

/** What is not known of one of them is not known of all, but what breaks is broken whatever the others do. */
function togetherWords(unknown: readonly Ran[]): string {
  const judgements = unknown.flatMap(({ judgement }) => judgement ?? []);
  const compatibility = compatibilityOf(judgements);
  if (compatibility === 'not compatible') return 'it cannot run on the new schema';
  const isKnown = compatibility === 'compatible' && judgements.length === unknown.length;
  return isKnown
    ? 'it can run on the new schema'
    : 'nobody knows whether it can run on the new schema';
}

const mostNamed = 5;
