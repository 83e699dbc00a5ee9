import type { TableSize } from './migration-safety/table-facts.ts';

/** One database of one environment. */
export interface DatabaseKey {
  /** The app's name: databases of one app share an owner role, so clones need no change of owner. */
  app: string;
  /** The database's name on the server: [a-z0-9_], at most 50 characters, chosen by the caller, unique for ever. */
  name: string;
}

export type SeedChoice =
  | { from: 'empty' }
  /** The snapshot's own database name. */
  | { from: 'snapshot'; snapshot: string };

export interface SnapshotTaken {
  bytes: number;
  /** The ledger's rows in order, oldest first; the last one is the migration head. */
  migrations: string[];
  /** In words, for people: how it was copied and whether the source was interrupted, and for how long. */
  how: string;
}

export interface StoredDatabase {
  name: string;
  app: string;
  role: 'environment' | 'snapshot';
  bytes: number;
}

/** Who may be interrupted by a snapshot: 'never' refuses where only a short lock-out would do. */
export type Interruption = 'allowed' | 'never';

/** Where an environment's data lives: real databases, cloned from snapshots. */
export interface DataStore {
  readonly kind: 'postgres';
  /**
   * The database exists, seeded as chosen, complete or not at all: a half-made one of an earlier attempt
   * is dropped and made anew, a complete one is left as it is. Repeatable, 20 at once.
   */
  ensure(key: DatabaseKey, seed: SeedChoice): Promise<void>;
  /** Whether a complete database of this name exists. */
  exists(name: string): Promise<boolean>;
  /** Thrown away and seeded anew under the same name and address; open connections are ended. */
  reset(key: DatabaseKey, seed: SeedChoice): Promise<void>;
  /** Gone, with its login, when it resolves; open connections are ended. Repeatable. */
  drop(key: DatabaseKey): Promise<void>;
  /** The connection URL for the app: its own login that reaches this database and no other. */
  address(key: DatabaseKey): Promise<string>;
  /**
   * Copies a living database into a snapshot that accepts no connections. Complete or not at all;
   * calling it again for a complete one returns what is there.
   */
  takeSnapshot(
    source: DatabaseKey,
    snapshot: DatabaseKey,
    how: { ledger: string; interruption: Interruption },
  ): Promise<SnapshotTaken>;
  /** Makes a snapshot from a plain SQL dump file (pg_dump's default format). */
  importSnapshot(
    file: string,
    snapshot: DatabaseKey,
    how: { ledger: string },
  ): Promise<SnapshotTaken>;
  /** Never while it is being cloned: waits for running clones, then drops. Repeatable. */
  dropSnapshot(snapshot: DatabaseKey): Promise<void>;
  /** The ledger's migrations, oldest first; empty when there is no such table. */
  migrations(key: DatabaseKey, ledger: string): Promise<string[]>;
  /**
   * Estimates for the tables of an environment's database, the largest first, at most 5,000; empty when there is no
   * such database. Partitioned tables count with all their partitions. Reads only.
   */
  tableSizes(key: DatabaseKey): Promise<TableSize[]>;
  /** Everything on the server that Signalbox made, also what no row knows. */
  databases(): Promise<StoredDatabase[]>;
}
