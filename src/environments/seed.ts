import type { Config, Store } from '../config/config.ts';
import { publish } from '../events/publish.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { SeedChoice } from '../stores/data-store.ts';
import { chooseSnapshot, snapshots, type Choice, type Snapshot } from '../stores/snapshot.ts';
import { names, type Environment } from './environment.ts';
import { carriesMigration } from './migration-files.ts';
import { environments, stores } from './tables.ts';
import type { World } from './world.ts';

export interface SeedOrder {
  push: string;
  environment: string;
  config: Config;
  commit: string;
  mainBranch: string;
  /** The commit that serves now, before this one; null: none. */
  before: string | null;
  /** Asked for by hand: throw the data away first, and take this snapshot or the one that fits. */
  reset: { snapshot: string | null } | null;
}

/**
 * Every store of the environment exists with its data when it resolves: a new one seeded from the snapshot
 * that fits the branch, an old one kept or reset as the file says. Repeatable.
 */
export async function seedStores(world: World, order: SeedOrder): Promise<void> {
  const environment = await environments.get(world.db, order.environment);
  if (!environment) throw new Error(`No environment ${order.environment}.`);
  for (const [name, store] of Object.entries(order.config.stores)) {
    if (store.kind !== 'postgres') continue;
    if (isShared(order.config, environment)) await shareStore(world, { order, environment, name });
    else await seedStore(world, { order, environment, name, store });
  }
}

interface One {
  order: SeedOrder;
  environment: Environment;
  name: string;
}

/** null: nothing. Else from this snapshot, or from the one that fits. */
type Asked = { snapshot: Snapshot | null } | null;

interface Wanted extends One {
  store: Store;
  asked: Asked;
}

const isShared = (config: Config, { kind }: Environment): boolean =>
  kind === 'preview' && config.environments.preview.data === 'shared';

/** Lite: staging's own store. A branch that would change its shape must have its own. */
async function shareStore(world: World, { order, environment, name }: One): Promise<void> {
  const staging = await environments.byName(world.db, environment.app, 'staging');
  const theirs =
    staging && (await stores.of(world.db, staging.id)).find((store) => store.name === name);
  if (!staging || !theirs) throw noStaging(environment.app);
  const migration = await carriesMigration(world.repositories, { ...order, app: environment.app });
  if (migration) throw migrationOnShared(environment, migration);
  await stores.put(world.db, environment.id, {
    name,
    kind: 'postgres',
    database: theirs.database,
    snapshotId: null,
    seedReason: `shared with ${environment.app}/staging`,
    sharedWith: staging.id,
    migrations: theirs.migrations,
  });
}

const noStaging = (app: string): SignalboxError =>
  new SignalboxError({
    code: 'environment/no-staging-to-share',
    what: `${app} has no staging with data to share.`,
    why: 'signalbox.yaml says environments.preview.data: shared.',
    fix: [`Push the main branch of ${app} first.`, 'Or write data: own.'],
  });

const migrationOnShared = ({ branch }: Environment, file: string): SignalboxError =>
  new SignalboxError({
    code: 'environment/migration-on-shared-data',
    what: `${branch} carries a new migration (${file}), and its preview would share staging's database.`,
    why: 'The migration would change staging under everybody else.',
    fix: ['Write environments.preview.data: own in signalbox.yaml on this branch and push again.'],
  });

async function seedStore(
  world: World,
  { order, environment, name, store }: One & { store: Store },
): Promise<void> {
  const database = names.database(environment.id, name);
  const key = { app: environment.app, name: database };
  const known = (await stores.of(world.db, environment.id)).find((row) => row.name === name);
  const there =
    known !== undefined && known.sharedWith === null && (await world.stores.exists(database));
  const asked = await askedFor(world, { order, environment, name });
  const reset = there ? await whyReset(world, { order, environment, store, asked }) : null;
  if (there && reset === null) return;

  const choice = await fill(world, { order, environment, name, store, asked }, (seed) =>
    there ? world.stores.reset(key, seed) : world.stores.ensure(key, seed),
  );
  await stores.put(world.db, environment.id, {
    name,
    kind: store.kind,
    database,
    snapshotId: choice.snapshot?.id ?? null,
    seedReason: choice.reason,
    sharedWith: null,
    migrations: choice.snapshot?.migrations ?? [],
  });
  const from = choice.snapshot ? `from ${choice.reason}` : `starts ${choice.reason}`;
  const text = `${reset ? `Data reset (${reset})` : 'Data'}: ${name} ${from}`;
  await publish(world.db, {
    kind: 'store-seeded',
    app: environment.app,
    push: order.push,
    environment: environment.id,
    text,
  });
}

/** What was asked for by hand for this store; a snapshot that is named is one of a single store. */
async function askedFor(world: World, { order, environment, name }: One): Promise<Asked> {
  if (!order.reset) return null;
  const { snapshot: id } = order.reset;
  if (id === null) return { snapshot: null };
  const snapshot = await snapshots.get(world.db, id);
  if (snapshot?.appId !== environment.appId) throw noSnapshot(id);
  if (snapshot.store !== name) return null;
  if (snapshot.state !== 'ready') throw noSnapshot(id);
  return { snapshot };
}

/** Why existing data is thrown away on this push, in words, or null: it is kept. */
async function whyReset(
  world: World,
  { order, environment, store, asked }: Omit<Wanted, 'name'>,
): Promise<string | null> {
  if (asked) return 'asked for';
  if (environment.kind !== 'preview' || order.before === order.commit) return null;
  if (store.onPush === 'reset') return 'on-push: reset';
  if (store.onPush === 'keep' || order.before === null) return null;
  const migration = await carriesMigration(world.repositories, {
    app: environment.app,
    commit: order.commit,
    since: order.before,
  });
  return migration ? `${migration} changed` : null;
}

/** Fills the store from what fits; a snapshot that makes room for newer ones meanwhile is chosen no more. */
const goneCodes = new Set<string>(['stores/no-such-snapshot', 'snapshot/unknown']);

async function fill(
  world: World,
  wanted: Wanted,
  from: (seed: SeedChoice) => Promise<void>,
): Promise<Choice> {
  for (let gone: string | null = null; ;) {
    const choice = await choose(world, wanted);
    const { snapshot } = choice;
    try {
      // Looked at first: a reset throws the old data away before it clones.
      if (snapshot && !(await world.stores.exists(snapshot.database)))
        throw noSnapshot(snapshot.id);
      await from(snapshot ? { from: 'snapshot', snapshot: snapshot.database } : { from: 'empty' });
      return choice;
    } catch (error) {
      const isGone = error instanceof SignalboxError && goneCodes.has(error.code);
      if (!isGone || !snapshot || wanted.asked?.snapshot || snapshot.id === gone) throw error;
      gone = snapshot.id;
    }
  }
}

async function choose(
  world: World,
  { order, environment, name, store, asked }: Wanted,
): Promise<Choice> {
  if (asked?.snapshot) {
    return { snapshot: asked.snapshot, reason: `snapshot ${asked.snapshot.id}: asked for` };
  }
  if (environment.kind === 'staging' || environment.kind === 'production')
    return { snapshot: null, reason: 'empty: a new stage' };
  if (store.seed.from === 'empty') return { snapshot: null, reason: 'empty: seed.from says so' };
  const { repositories } = world;
  const main = await repositories.head(environment.app, order.mainBranch);
  const base = main && (await repositories.mergeBase(environment.app, order.commit, main));
  const usable = await snapshots.usable(world.db, environment.appId, name);
  if (!base && usable.length > 0 && usable.every(({ commit }) => commit !== null)) {
    return {
      snapshot: null,
      reason: `empty: this branch shares no history with ${order.mainBranch}`,
    };
  }
  return chooseSnapshot(usable, async (commit) =>
    base ? repositories.isAncestor(environment.app, commit, base) : false,
  );
}

const noSnapshot = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'snapshot/unknown',
    what: `There is no usable snapshot ${id} of this app.`,
    fix: ['signalbox snapshot list'],
  });
