import type { DatabaseKey, DataStore, SeedChoice } from '../../data-store.ts';
import { checkKey, findDatabase, listDatabases } from './catalog.ts';
import { closeToPublic } from './close-to-public.ts';
import { readLedger } from './ledger.ts';
import { type Lock, withLocks } from './lock.ts';
import { makeDatabase, removeDatabase } from './make-database.ts';
import { loginUrl } from './roles.ts';
import { connectServer, type Server, type Session } from './server.ts';
import { migrationsOfSnapshot, snapshotOf, snapshotOfFile } from './snapshot.ts';
import { readTableSizes } from './table-sizes.ts';

export interface PostgresStoreOptions {
  /** The admin: a superuser, or a role with CREATEDB and CREATEROLE. */
  url: string;
  /** Passwords are computed from it and it names the installation: it must stay the same for ever. */
  secret: string;
  /** The server is Signalbox's alone: CONNECT is taken from PUBLIC on all its databases. Default: false. */
  exclusive?: boolean | undefined;
  /** Path of a pg_dump; default: the one in PATH, if it is as new as the server. */
  pgDump?: string | undefined;
}

/**
 * Environments' databases on a PostgreSQL server, cloned file by file from snapshots. All state is in the server's
 * own catalog, so several controllers may use it at once, and a kill at any instant leaves at most a half-made
 * database that the next `ensure` makes anew. `close` ends its connections.
 * Throws `stores/server-unusable`.
 */
export async function postgresStore(
  options: PostgresStoreOptions,
): Promise<DataStore & { close(): Promise<void> }> {
  const server = await connectServer({ ...options, exclusive: options.exclusive ?? false });
  await closeToPublic(server);
  return {
    kind: 'postgres',
    ...environmentDatabases(server),
    ...snapshots(server, options.pgDump),
    databases: () => listDatabases(server),
    close: () => server.pool.end(),
  };
}

type EnvironmentPart = Pick<
  DataStore,
  'ensure' | 'exists' | 'reset' | 'drop' | 'address' | 'tableSizes'
>;

function environmentDatabases(server: Server): EnvironmentPart {
  return {
    async ensure(key, seed) {
      checkKey(key);
      await withLocks(server, locksFor(key, seed), async (session) => {
        const found = await findDatabase(server, session, key.name);
        if (found?.description) return;
        await remake(server, session, key, seed);
      });
    },

    async exists(name) {
      const found = await findDatabase(server, server.pool, name);
      return found !== null && found.description !== null;
    },

    async reset(key, seed) {
      checkKey(key);
      await withLocks(server, locksFor(key, seed), (session) => remake(server, session, key, seed));
    },

    async drop(key) {
      checkKey(key);
      await withLocks(server, [alone(key.name)], (session) =>
        removeDatabase(server, session, key.name),
      );
    },

    async address(key) {
      checkKey(key);
      return loginUrl(server, key.name);
    },

    async tableSizes(key) {
      checkKey(key);
      const found = await findDatabase(server, server.pool, key.name);
      const isComplete = found?.role === 'environment' && found.description !== null;
      return isComplete ? readTableSizes(loginUrl(server, key.name)) : [];
    },
  };
}

type SnapshotPart = Pick<
  DataStore,
  'takeSnapshot' | 'importSnapshot' | 'dropSnapshot' | 'migrations'
>;

function snapshots(server: Server, pgDump: string | undefined): SnapshotPart {
  return {
    async takeSnapshot(source, snapshot, how) {
      checkKey(source);
      checkKey(snapshot);
      if (source.app !== snapshot.app)
        throw new Error('A snapshot belongs to the app of its source.');
      const locks = [shared(source.name), alone(snapshot.name)];
      return withLocks(server, locks, async (session) => {
        const taken = await takenBefore(server, session, snapshot);
        return taken ?? snapshotOf(server, session, { source, snapshot, ...how, pgDump });
      });
    },

    async importSnapshot(file, snapshot, { ledger }) {
      checkKey(snapshot);
      return withLocks(server, [alone(snapshot.name)], async (session) => {
        const taken = await takenBefore(server, session, snapshot);
        return taken ?? snapshotOfFile(server, session, { file, snapshot, ledger });
      });
    },

    async dropSnapshot(snapshot) {
      checkKey(snapshot);
      await withLocks(server, [alone(snapshot.name)], (session) =>
        removeDatabase(server, session, snapshot.name),
      );
    },

    async migrations(key, ledger) {
      checkKey(key);
      const found = await findDatabase(server, server.pool, key.name);
      if (!found?.description) return [];
      if (found.role === 'environment') return readLedger(loginUrl(server, key.name), ledger);
      return withLocks(server, [alone(key.name)], (session) =>
        migrationsOfSnapshot(server, session, key, ledger),
      );
    },
  };
}

async function remake(
  server: Server,
  session: Session,
  key: DatabaseKey,
  seed: SeedChoice,
): Promise<void> {
  await removeDatabase(server, session, key.name);
  await makeDatabase(server, session, key, seed);
  await closeToPublic(server);
}

/** What a complete snapshot says about itself; what is half-made is removed first. */
async function takenBefore(server: Server, session: Session, snapshot: DatabaseKey) {
  const found = await findDatabase(server, session, snapshot.name);
  const noted = found?.description?.snapshot;
  if (noted) return { bytes: noted.bytes, migrations: noted.migrations, how: noted.how };
  await removeDatabase(server, session, snapshot.name);
  return null;
}

const alone = (name: string): Lock => ({ name, mode: 'alone' });
const shared = (name: string): Lock => ({ name, mode: 'shared' });

const locksFor = (key: DatabaseKey, seed: SeedChoice): Lock[] =>
  seed.from === 'empty' ? [alone(key.name)] : [alone(key.name), shared(seed.snapshot)];
