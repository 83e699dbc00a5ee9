import pg from 'pg';
import type { DatabaseKey, StoredDatabase } from '../../data-store.ts';
import { nameTaken } from './refusals.ts';
import { appOf, holderPrefix } from './roles.ts';
import type { Server, Session } from './server.ts';

/** What a database's comment says about it; written last, so that a database without it is half-made. */
export interface Description {
  seed: string;
  /** Snapshots only. */
  snapshot?: { bytes: number; ledger: string; migrations: string[]; how: string };
}

/** A database of ours as the server knows it. */
export interface Found {
  name: string;
  app: string;
  role: StoredDatabase['role'];
  /** Null: half-made. */
  description: Description | null;
}

interface Row {
  name: string;
  holder: string;
  appNote: string | null;
  template: boolean;
  comment: string | null;
}

const columns = `d.datname as name, r.rolname as holder, d.datistemplate as template,
  shobj_description(r.oid, 'pg_authid') as "appNote",
  shobj_description(d.oid, 'pg_database') as comment`;

/** The database of this name, complete or not; null when there is none. Throws `stores/name-taken`. */
export async function findDatabase(
  server: Server,
  session: Session | pg.Pool,
  name: string,
): Promise<Found | null> {
  const { rows } = await session.query<Row>(
    `select ${columns} from pg_database d join pg_roles r on r.oid = d.datdba where d.datname = $1`,
    [name],
  );
  const row = rows[0];
  if (!row) return null;
  if (!row.holder.startsWith(holderPrefix(server))) throw nameTaken(name);
  return found(row);
}

/** Everything of this installation, also what is half-made. */
export async function listDatabases(server: Server): Promise<StoredDatabase[]> {
  const { rows } = await server.pool.query<Row & { bytes: string }>(
    `select ${columns}, pg_database_size(d.oid) as bytes
       from pg_database d join pg_roles r on r.oid = d.datdba
      where starts_with(r.rolname, $1) order by d.datname`,
    [holderPrefix(server)],
  );
  return rows.map((row) => {
    const { name, app, role } = found(row);
    return { name, app, role, bytes: Number(row.bytes) };
  });
}

export async function describe(
  session: Session,
  name: string,
  description: Description,
): Promise<void> {
  const text = pg.escapeLiteral(JSON.stringify(description));
  await session.query(`comment on database ${pg.escapeIdentifier(name)} is ${text}`);
}

export async function sizeBytes(session: Session, name: string): Promise<number> {
  const { rows } = await session.query<{ bytes: string }>('select pg_database_size($1) as bytes', [
    name,
  ]);
  return Number(rows[0]?.bytes);
}

/** Names go into SQL and become logins: only what the port allows gets that far. */
export function checkKey(key: DatabaseKey): void {
  if (!/^[a-z0-9_]{1,50}$/.test(key.name)) {
    throw new Error(`Not a database name: ${JSON.stringify(key.name)}`);
  }
  if (key.app === '') throw new Error(`The database ${key.name} belongs to no app.`);
}

const found = (row: Row): Found => ({
  name: row.name,
  app: appOf(row.appNote),
  role: row.template ? 'snapshot' : 'environment',
  description: row.comment === null ? null : (JSON.parse(row.comment) as Description),
});
