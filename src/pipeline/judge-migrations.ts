import type { Config } from '../config/config.ts';
import { deploys, stores } from '../environments/environment-rows.ts';
import type { Environment, EnvironmentStore } from '../environments/environment.ts';
import type { World } from '../environments/world.ts';
import type { KeptJudgement } from '../rollout/judgement-tables.ts';
import { classifyMigrations } from '../stores/migration-safety/classify-migrations.ts';
import { ledgerNames } from '../stores/migration-safety/ledger-names.ts';
import type { MigrationJudgement } from '../stores/migration-safety/migration-judgement.ts';
import { pendingMigrations } from '../stores/migration-safety/pending-migrations.ts';
import { tableFacts } from '../stores/migration-safety/table-facts.ts';
import { migrationsAt, readMigrations, type ListedMigration } from './migrations-at.ts';

export interface MigrationsAsked {
  environment: Pick<Environment, 'id' | 'app' | 'name' | 'state' | 'deployId'>;
  /** What is to come. */
  commit: string;
  config: Config;
}

export interface PendingJudged {
  /** The commit that runs now. */
  serving: string;
  judgements: KeptJudgement[];
}

type Place = Pick<World, 'db' | 'repositories' | 'stores'>;

/**
 * What the release that serves an environment would feel of the migrations that a commit brings: those its databases
 * have not had, judged with the sizes its tables have. null: nothing serves there, so nobody can be
 * harmed. Reads only; twice gives the same while nothing is migrated.
 */
export async function judgeMigrations(
  world: Place,
  { environment, commit, config }: MigrationsAsked,
): Promise<PendingJudged | null> {
  const { id, app, state, deployId } = environment;
  const serving =
    state === 'live' && deployId !== null ? await deploys.get(world.db, deployId) : null;
  if (!serving) return null;
  const migrated = (await stores.of(world.db, id)).filter((store) => isMigrated(store, config));
  const judgements: KeptJudgement[] = [];
  if (migrated.length === 0) return { serving: serving.commit, judgements };
  const listed = await migrationsAt(world, { app, commit });
  const changed = await changedSince(world, { app, from: serving.commit, to: commit });
  for (const store of migrated)
    judgements.push(...(await judgeStore(world, { app, config, store, listed, changed })));
  return { serving: serving.commit, judgements };
}

/** Data that belongs to another environment is migrated there alone. */
function isMigrated({ name, sharedWith }: EnvironmentStore, { stores: all }: Config): boolean {
  const described = all[name];
  return sharedWith === null && described?.kind === 'postgres' && described.migrate !== null;
}

/** null: git does not know what runs any more. */
function changedSince(
  { repositories }: Place,
  { app, from, to }: { app: string; from: string; to: string },
): Promise<string[] | null> {
  return repositories.changedPaths(app, from, to).catch(() => null);
}

interface StoreAsked {
  app: string;
  config: Config;
  store: EnvironmentStore;
  listed: readonly ListedMigration[];
  changed: readonly string[] | null;
}

async function judgeStore(world: Place, asked: StoreAsked): Promise<KeptJudgement[]> {
  const { app, config, store, listed, changed } = asked;
  const described = config.stores[store.name];
  if (described?.kind !== 'postgres') return [];
  const key = { app, name: store.database };
  const paths = listed.map(({ path }) => path);
  const ledger = await world.stores.migrations(key, described.ledger);
  const { pending, applied } = pendingMigrations({ paths, ledger, changed });
  if (pending.length === 0) return [];
  const sizes = await world.stores.tableSizes(key);
  const [readPending, readApplied] = await Promise.all([
    read(world, app, listed, pending),
    read(world, app, listed, applied),
  ]);
  const facts = tableFacts(sizes);
  const judged = await classifyMigrations(readPending.files, facts, { applied: readApplied.files });
  return [...judged, ...readPending.tooLong.map(notRead)].map((judgement) => ({
    store: store.name,
    names: [...(ledgerNames(judgement.path)?.names ?? [])],
    judgement,
  }));
}

async function read(
  world: Place,
  app: string,
  listed: readonly ListedMigration[],
  paths: readonly string[],
): Promise<{ files: { path: string; text: string }[]; tooLong: string[] }> {
  const known = new Map(listed.map((one) => [one.path, one]));
  const wanted = paths.flatMap((path) => known.get(path) ?? []);
  const texts = await readMigrations(world, app, wanted);
  const all = wanted.map(({ path }, index) => ({ path, text: texts[index] ?? null }));
  return {
    files: all.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }])),
    tooLong: all.flatMap(({ path, text }) => (text === null ? [path] : [])),
  };
}

const notRead = (path: string): MigrationJudgement => ({
  path,
  findings: [],
  waiver: null,
  parsed: false,
  note: 'Not judged: it is larger than 1 MB.',
});
