import type {
  DatabaseKey,
  DataStore,
  SeedChoice,
  SnapshotTaken,
  StoredDatabase,
} from '../../src/stores/data-store.ts';

interface Held {
  app: string;
  role: StoredDatabase['role'];
  migrations: string[];
}

/** A data store without a server, for tests of what stands above the port. `apply` is a migration that ran. */
export function inMemoryDataStore(): DataStore & { apply(name: string, migration: string): void } {
  const held = new Map<string, Held>();
  const drop = async ({ name }: DatabaseKey): Promise<void> => void held.delete(name);
  return {
    kind: 'postgres',
    async ensure(key, seed) {
      if (!held.has(key.name)) held.set(key.name, seeded(held, key, seed));
    },
    async reset(key, seed) {
      held.set(key.name, seeded(held, key, seed));
    },
    exists: async (name) => held.has(name),
    drop,
    dropSnapshot: drop,
    address: async ({ name }) => `postgres://${name}:memory@127.0.0.1:1/${name}`,
    ...snapshots(held),
    async tableSizes({ name }) {
      const rows = held.get(name)?.migrations.length ?? 0;
      return rows > 0 ? [{ table: 'public.schema_migrations', rows, bytes: 8192 }] : [];
    },
    async databases() {
      return [...held].map(([name, { app, role }]) => ({ name, app, role, bytes: 0 }));
    },
    apply(name, migration) {
      held.get(name)?.migrations.push(migration);
    },
  };
}

type SnapshotPart = Pick<DataStore, 'takeSnapshot' | 'importSnapshot' | 'migrations'>;

function snapshots(held: Map<string, Held>): SnapshotPart {
  const migrations = (name: string): string[] => [...(held.get(name)?.migrations ?? [])];
  const keep = (key: DatabaseKey, from: string[]): SnapshotTaken => {
    if (!held.has(key.name))
      held.set(key.name, { app: key.app, role: 'snapshot', migrations: from });
    return { bytes: 0, migrations: migrations(key.name), how: 'copied in memory' };
  };
  return {
    async takeSnapshot(source, snapshot) {
      if (!held.has(source.name)) throw new Error(`There is no database ${source.name}.`);
      return keep(snapshot, migrations(source.name));
    },
    importSnapshot: async (_file, snapshot) => keep(snapshot, []),
    migrations: async ({ name }) => migrations(name),
  };
}

function seeded(held: Map<string, Held>, { app }: DatabaseKey, seed: SeedChoice): Held {
  if (seed.from === 'empty') return { app, role: 'environment', migrations: [] };
  const snapshot = held.get(seed.snapshot);
  if (snapshot?.role !== 'snapshot') throw new Error(`There is no snapshot ${seed.snapshot}.`);
  return { app, role: 'environment', migrations: [...snapshot.migrations] };
}
