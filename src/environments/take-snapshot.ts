import type { Config, Store } from '../config/config.ts';
import { publish } from '../events/publish.ts';
import { shortHash } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { snapshots } from '../stores/snapshot.ts';
import type { Interruption } from '../stores/data-store.ts';
import type { Flow } from '../workflow/workflow.ts';
import { names, type Environment } from './environment.ts';
import { deploys, environments, stores } from './tables.ts';
import type { World } from './world.ts';

export type SnapshotOrder = {
  /** The snapshot's id, chosen by whoever asks, so that asking twice makes one. */
  snapshot: string;
  app: string;
  from: 'staging' | 'production';
  store: string;
  interruption: Interruption;
};

/** A kept copy of a stage's data, tagged with its commit and migration head; the oldest give way. */
export async function takeSnapshot(flow: Flow, world: World, order: SnapshotOrder): Promise<void> {
  const source = await flow.step('find what to copy', () => sourceOf(world, order));
  // Not while a deploy migrates: the data would belong to neither commit.
  const fence = await world.locks.take(flow, { name: names.lock(source.environment), capacity: 1 });
  try {
    const taken = await flow.step('copy the data', () => copy(world, order, source));
    if (taken)
      await flow.step('let the oldest snapshots go', () => keepNewest(world, order, source.keep));
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    const { message, what } = error;
    await flow.step('say why there is no snapshot', () => failed(world, order, { what, message }));
  } finally {
    await flow.step('release the stage', () => world.locks.release(fence.scope, flow.id));
  }
}

type Source = { environment: string; database: string; ledger: string; keep: number };

async function sourceOf(world: World, order: SnapshotOrder): Promise<Source> {
  const environment = await environments.byName(world.db, order.app, order.from);
  const config = environment && (await environments.config(world.db, environment.id));
  const described: Store | undefined = config?.stores[order.store];
  const known =
    environment &&
    (await stores.of(world.db, environment.id)).find(({ name }) => name === order.store);
  if (!environment || !known || described?.kind !== 'postgres') throw nothingToCopy(order);
  return {
    environment: environment.id,
    database: known.database,
    ledger: described.ledger,
    keep: described.seed.keep,
  };
}

const nothingToCopy = ({ app, from, store }: SnapshotOrder): SignalboxError =>
  new SignalboxError({
    code: 'snapshot/nothing-to-copy',
    what: `${app}/${from} has no PostgreSQL store called ${store} to take a snapshot of.`,
    fix: [`signalbox env show ${app}/${from}`, 'Push the main branch first.'],
  });

async function copy(world: World, order: SnapshotOrder, source: Source): Promise<boolean> {
  const environment = await environments.get(world.db, source.environment);
  if (!environment?.deployId || environment.state !== 'live') return false;
  const deploy = await deploys.get(world.db, environment.deployId);
  const commit = deploy?.commit ?? null;
  const { appId, app } = environment;
  const database = snapshotDatabase(order.snapshot);
  await snapshots.add(world.db, {
    id: order.snapshot,
    appId,
    store: order.store,
    database,
    source: order.from,
    commit,
  });
  const { ledger } = source;
  const taken = await world.stores.takeSnapshot(
    { app, name: source.database },
    { app, name: database },
    { ledger, interruption: order.interruption },
  );
  await snapshots.ready(world.db, order.snapshot, { ...taken, commit });
  const text = `Snapshot ${order.snapshot} of ${app}/${order.from}: ${(taken.bytes / 1e6).toFixed(0)} MB, ${taken.how}`;
  await publish(world.db, {
    kind: 'snapshot-taken',
    app,
    environment: environment.id,
    text,
    data: { snapshot: order.snapshot },
  });
  return true;
}

export const snapshotDatabase = (id: string): string => `sb_snap_${id}`;

async function keepNewest(world: World, order: SnapshotOrder, keep: number): Promise<void> {
  const environment = await environments.byName(world.db, order.app, order.from);
  if (!environment) return;
  const usable = await snapshots.usable(world.db, environment.appId, order.store);
  // What somebody brought in by hand goes only when somebody drops it.
  const taken = usable.filter(({ source }) => source !== 'import');
  for (const { id } of taken.slice(keep)) await dropSnapshot(world, order.app, id);
}

/** Not usable from now on, and gone when it resolves; clones that are being made are waited for. Repeatable. */
export async function dropSnapshot(world: World, app: string, id: string): Promise<void> {
  const snapshot = await snapshots.get(world.db, id);
  if (!snapshot) return;
  await snapshots.dropping(world.db, id);
  await world.stores.dropSnapshot({ app, name: snapshot.database });
  await snapshots.dropped(world.db, id);
}

async function failed(
  world: World,
  { snapshot, app, from }: SnapshotOrder,
  { what, message }: { what: string; message: string },
): Promise<void> {
  await snapshots.failed(world.db, snapshot, message);
  await publish(world.db, {
    kind: 'snapshot-failed',
    app,
    text: `No snapshot of ${app}/${from}: ${what}`,
  });
}

/** A snapshot made from a plain SQL dump. Complete or not at all. */
export async function importSnapshot(
  world: World,
  order: {
    appId: string;
    app: string;
    store: string;
    file: string;
    commit: string | null;
    config: Config | null;
  },
): Promise<string> {
  const id = snapshots.newId();
  const database = snapshotDatabase(id);
  const described = order.config?.stores[order.store];
  const ledger = described?.kind === 'postgres' ? described.ledger : 'schema_migrations';
  const { appId, app, store, commit } = order;
  await snapshots.add(world.db, { id, appId, store, database, source: 'import', commit });
  try {
    const taken = await world.stores.importSnapshot(
      order.file,
      { app, name: database },
      { ledger },
    );
    await snapshots.ready(world.db, id, { ...taken, commit });
  } catch (error) {
    await snapshots.failed(world.db, id, (error as Error).message);
    throw error;
  }
  await publish(world.db, {
    kind: 'snapshot-taken',
    app,
    text: `Snapshot ${id} imported`,
    data: { snapshot: id },
  });
  return id;
}

/** A snapshot that cannot be taken is tried so often in its period. */
const mostAttempts = 3;

/** Those of an environment that have one, for the schedule. */
export async function snapshotsDue(
  world: World,
  environment: Environment,
): Promise<SnapshotOrder[]> {
  const config = await environments.config(world.db, environment.id);
  if (!config || environment.state !== 'live') return [];
  const now = world.clock.now().getTime();
  const due: SnapshotOrder[] = [];
  for (const [store, { kind, seed }] of Object.entries(config.stores)) {
    if (kind !== 'postgres' || seed.from !== environment.kind) continue;
    const recent = (await snapshots.of(world.db, environment.appId)).filter(
      (row) =>
        row.store === store &&
        row.source === environment.kind &&
        now - row.takenAt.getTime() < seed.everyMs,
    );
    const failures = recent.filter(({ state }) => state === 'failed').length;
    if (recent.length > failures || failures >= mostAttempts) continue;
    // One a period and attempt, however many controllers look.
    const period = Math.floor(now / seed.everyMs);
    const snapshot = shortHash(`${environment.id} ${store} ${period} ${failures}`, 12);
    const interruption = environment.kind === 'production' ? 'never' : 'allowed';
    due.push({
      snapshot,
      app: environment.app,
      from: seed.from,
      store,
      interruption,
    });
  }
  return due;
}
