import type { Config } from '../config/config.ts';
import type { App } from '../git/app.ts';
import { findCommit } from '../git/find-commit.ts';
import { readConfig } from '../git/push.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { snapshots, type Snapshot } from '../stores/snapshot.ts';
import { startSnapshot } from './start-snapshots.ts';
import { environments } from './tables.ts';
import { snapshotDatabase, type importSnapshot } from './take-snapshot.ts';
import type { World } from './world.ts';

/**
 * A snapshot of each PostgreSQL store of a stage, or of the one that is named, is being taken when it
 * resolves. Staging may be interrupted for it, production never is.
 */
export async function takeByHand(
  world: World,
  { app, from, store }: { app: string; from: 'staging' | 'production'; store: string | null },
): Promise<Snapshot[]> {
  const environment = await environments.byName(world.db, app, from);
  const config = environment && (await environments.config(world.db, environment.id));
  const wanted = databases(config).filter((name) => store === null || name === store);
  if (environment?.state !== 'live' || wanted.length === 0)
    throw nothingToCopy({ app, from, store });
  const begun: Snapshot[] = [];
  for (const name of wanted) {
    const id = snapshots.newId();
    const interruption = from === 'production' ? 'never' : 'allowed';
    // The run first: a row that says 'taking' and has no run counts as given up.
    await startSnapshot(world, { snapshot: id, app, from, store: name, interruption });
    const { appId } = environment;
    const database = snapshotDatabase(id);
    await snapshots.add(world.db, { id, appId, store: name, database, source: from, commit: null });
    const row = await snapshots.get(world.db, id);
    if (row) begun.push(row);
  }
  return begun;
}

export type ImportOrder = Omit<Parameters<typeof importSnapshot>[1], 'file'>;

/** What an import of a plain SQL dump will be, known before its first byte has been sent; refuses what cannot be. */
export async function planImport(
  world: World,
  { app, store, commit }: { app: App; store: string | null; commit: string | null },
): Promise<ImportOrder> {
  const config = await newestConfig(world, app);
  const name = whichStore(app, databases(config), store);
  const whole = commit === null ? null : await findCommit(world.repositories, app.name, commit);
  if (commit !== null && whole === null) throw unknownCommit(app, commit);
  return { appId: app.id, app: app.name, store: name, commit: whole, config };
}

/** What the main branch says; else what its staging was made from. */
async function newestConfig(world: World, app: App): Promise<Config | null> {
  const head = await world.repositories.head(app.name, app.mainBranch).catch(() => null);
  const read =
    head && (await readConfig(world.repositories, { app, commit: head }).catch(() => null));
  if (read) return read.config;
  const staging = await environments.byName(world.db, app.name, 'staging');
  return staging && environments.config(world.db, staging.id);
}

const databases = (config: Config | null): string[] =>
  Object.entries(config?.stores ?? {}).flatMap(([name, { kind }]) =>
    kind === 'postgres' ? [name] : [],
  );

function whichStore(app: App, known: readonly string[], asked: string | null): string {
  const [first, ...others] = known;
  if (asked !== null && known.includes(asked)) return asked;
  if (asked === null && first !== undefined && others.length === 0) return first;
  throw new SignalboxError({
    code: 'snapshot/which-store',
    what: `It is not clear which store of ${app.name} the dump is for.`,
    why:
      known.length === 0
        ? `signalbox.yaml on ${app.mainBranch} has no PostgreSQL store.`
        : `Its PostgreSQL stores: ${known.join(', ')}.`,
    fix:
      known.length === 0
        ? [`Push ${app.mainBranch} with its signalbox.yaml first.`]
        : [`Name one: --store ${first}`],
  });
}

function nothingToCopy({
  app,
  from,
  store,
}: {
  app: string;
  from: string;
  store: string | null;
}): SignalboxError {
  return new SignalboxError({
    code: 'snapshot/nothing-to-copy',
    what: `${app}/${from} has no living PostgreSQL store${store ? ` called ${store}` : ''} to take a snapshot of.`,
    fix: [`signalbox env show ${from}`, 'Push the main branch first.'],
  });
}

const unknownCommit = ({ name }: App, commit: string): SignalboxError =>
  new SignalboxError({
    code: 'commit/unknown',
    what: `The repository of ${name} has no single commit ${commit}.`,
    why: 'It was never pushed here, or several commits begin so.',
    fix: ['Push it first, give more digits, or leave --commit out.'],
  });
