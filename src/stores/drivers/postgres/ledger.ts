import pg from 'pg';
import { connected } from './server.ts';

// A migration tool names its ledger's columns as it likes. The value is the first of these that is there …
const valueColumns = [
  'version',
  'version_id',
  'version_num',
  'migration_name',
  'filename',
  'file_name',
  'name',
  'migration',
  'script',
  'tag',
  'hash',
  'id',
];
// … and the order is that of the first of these, then of the value. Numbers count as they were given; an `id`
// orders only when it is a number.
const orderColumns = [
  'installed_rank',
  'id',
  'applied_at',
  'applied',
  'installed_on',
  'run_on',
  'executed_at',
  'migration_time',
  'finished_at',
  'created_at',
  'inserted_at',
  'tstamp',
  'timestamp',
];
const longestRead = 100_000;

interface Column {
  name: string;
  numeric: boolean;
}

/**
 * The rows of a migration ledger, oldest first; empty when there is no such table. `ledger` is `table` or
 * `schema.table`, spelled as in the database.
 *
 * The value column is the first present of version, version_id, version_num, migration_name, filename, file_name, name,
 * migration, script, tag, hash, id, else the first column; with a column `app` beside `name` (Django) it
 * is `app.name`. Rows are ordered by the first present of installed_rank, a numeric id, applied_at, applied,
 * installed_on, run_on, executed_at, migration_time, finished_at, created_at, inserted_at, tstamp, timestamp,
 * and then by value.
 *
 * `url` must be the app's own login, never the admin: a ledger may be a view that runs the app's code.
 */
export async function readLedger(url: string, ledger: string): Promise<string[]> {
  return connected(url, async (client) => {
    await client.query(`set statement_timeout = '30s'`);
    const table = quotedTable(ledger);
    const columns = await columnsOf(client, table);
    if (columns.length === 0) return [];
    const { rows } = await client.query<{ value: string | null }>(
      `select ${valueOf(columns)} as value from ${table} order by ${orderOf(columns)} limit ${longestRead}`,
    );
    return rows.flatMap(({ value }) => (value === null ? [] : [value]));
  });
}

const quotedTable = (ledger: string): string =>
  ledger
    .split(/\.(.*)/s, 2)
    .map((part) => pg.escapeIdentifier(part))
    .join('.');

async function columnsOf(client: pg.Client, table: string): Promise<Column[]> {
  // An identifier that is no table at all, such as an empty one, is an error to to_regclass, not null.
  if (table.split('.').includes('""')) return [];
  const { rows } = await client.query<Column>(
    `select a.attname as name, t.typcategory = 'N' as "numeric"
       from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
      where a.attrelid = pg_catalog.to_regclass($1) and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [table],
  );
  return rows;
}

function valueOf(columns: Column[]): string {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  const value = valueColumns.find(has) ?? columns[0]?.name ?? '';
  const text = `pg_catalog.left(${pg.escapeIdentifier(value)}::text, 500)`;
  return value === 'name' && has('app') ? `"app"::text || '.' || ${text}` : text;
}

function orderOf(columns: Column[]): string {
  const usable = orderColumns.find((name) =>
    columns.some((column) => column.name === name && (name !== 'id' || column.numeric)),
  );
  const value = valueColumns.find((name) => columns.some((column) => column.name === name));
  const order = [usable, value ?? columns[0]?.name].filter((name) => name !== undefined);
  return order.map((name) => pg.escapeIdentifier(name)).join(', ');
}
