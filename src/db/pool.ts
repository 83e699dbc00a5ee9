import { Kysely, PostgresDialect, sql, type RawBuilder, type Transaction } from 'kysely';
import { Pool, types } from 'pg';

// Row ids and byte counts stay below 2^53; a string where a number is meant would be a trap.
types.setTypeParser(types.builtins.INT8, Number);

// Tables are described where they are queried (each domain's tables.ts), in SQL.
// oxlint-disable-next-line typescript/no-empty-object-type
export type Tables = Record<string, never>;
export type Database = Kysely<Tables>;
/** Anything SQL can be run on: the pool or an open transaction. */
export type Queryable = Kysely<Tables> | Transaction<Tables>;

export interface OpenDatabase {
  db: Database;
  pool: Pool;
  close(): Promise<void>;
}

/** A controller that is stopped in the middle of a transaction keeps its row locks from the others so long. */
export const longestPauseMs = 15_000;

/** Opens a pool; connections are made when needed. `max` is the number of connections at most. */
export function openDatabase(url: string, max = 10): OpenDatabase {
  const pool = new Pool({
    connectionString: url,
    max,
    application_name: 'signalbox',
    idle_in_transaction_session_timeout: longestPauseMs,
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  // So would one that breaks between two statements of a transaction, of which the pool hears nothing.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** All rows of a query. */
export async function rows<Row>(on: Queryable, query: RawBuilder<unknown>): Promise<Row[]> {
  return (await (query as RawBuilder<Row>).execute(on)).rows;
}

/** The first row of a query, or null. */
export async function row<Row>(on: Queryable, query: RawBuilder<unknown>): Promise<Row | null> {
  return (await rows<Row>(on, query))[0] ?? null;
}

/** How many rows a statement changed. */
export async function changed(on: Queryable, query: RawBuilder<unknown>): Promise<number> {
  return Number((await query.execute(on)).numAffectedRows ?? 0);
}

/** Runs `work` in one transaction: all of it or nothing. */
export function inTransaction<T>(db: Queryable, work: (tx: Queryable) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db);
  return db.transaction().execute(work);
}

export { sql };
