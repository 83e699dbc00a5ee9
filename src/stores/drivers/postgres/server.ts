import { createHmac } from 'node:crypto';
import pg from 'pg';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { canReflink } from './reflink.ts';

/** The PostgreSQL server that holds the environments' databases, seen with the admin's eyes. */
export interface Server {
  url: string;
  pool: pg.Pool;
  secret: string;
  /** Short name of this installation: several may share one server, and none touches another's databases. */
  installation: string;
  major: number;
  superuser: boolean;
  /** Nobody but Signalbox uses the server, so it may close its other databases to everyone. */
  exclusive: boolean;
  /** How files are copied; changed to 'copy' when cloning turns out not to work. Null: too old to choose. */
  fileCopy: 'clone' | 'copy' | null;
}

/** One connection of the admin's, usually while it holds locks. */
export type Session = pg.PoolClient;

const oldestMajor = 15;

/** Connects and learns what the server can. Throws `stores/server-unusable`. */
export async function connectServer(options: {
  url: string;
  secret: string;
  exclusive: boolean;
}): Promise<Server> {
  const pool = new pg.Pool({ connectionString: options.url, max: 24, allowExitOnIdle: true });
  // An idle connection that breaks is replaced at the next use.
  pool.on('error', () => {});
  const facts = await learn(pool).catch(async (cause: unknown) => {
    await pool.end();
    throw unusable(cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (facts.major < oldestMajor || !facts.mayCreate) {
    await pool.end();
    throw unusable(
      facts.mayCreate
        ? `It is PostgreSQL ${facts.major}; cloning needs ${oldestMajor} or newer.`
        : 'The role in its URL lacks CREATEDB or CREATEROLE.',
    );
  }
  return {
    ...options,
    pool,
    installation: keyed(options.secret, 'installation', 'hex').slice(0, 8),
    major: facts.major,
    superuser: facts.superuser,
    fileCopy: facts.major < 18 ? null : (await canReflink(facts.directory)) ? 'clone' : 'copy',
  };
}

/** HMAC-SHA256, so that passwords need not be stored: whoever knows the secret can compute them again. */
export function keyed(secret: string, text: string, encoding: 'hex' | 'base64url'): string {
  return createHmac('sha256', secret).update(text).digest(encoding);
}

/** The server's URL for another database and role. */
export function urlFor(
  server: Server,
  who: { database: string; user: string; password: string },
): string {
  const url = new URL(server.url);
  url.username = who.user;
  url.password = who.password;
  url.pathname = `/${who.database}`;
  return url.href;
}

/** A connection of its own for the time of `work`. */
export async function connected<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'signalbox' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** All or nothing. */
export async function transaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('begin');
  try {
    const result = await work();
    await session.query('commit');
    return result;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw error;
  }
}

export const codeOf = (error: unknown): string | undefined =>
  (error as { code?: string } | null)?.code;

interface Facts {
  major: number;
  superuser: boolean;
  mayCreate: boolean;
  directory: string | null;
}

async function learn(pool: pg.Pool): Promise<Facts> {
  const { rows } = await pool.query<Facts>(
    `select current_setting('server_version_num')::int / 10000 as major,
            rolsuper as superuser,
            rolsuper or (rolcreatedb and rolcreaterole) as "mayCreate",
            case when rolsuper then current_setting('data_directory') end as directory
       from pg_roles where rolname = current_user`,
  );
  if (!rows[0]) throw new Error('The server does not know our role.');
  return rows[0];
}

const unusable = (why: string, cause?: unknown): SignalboxError =>
  new SignalboxError({
    code: 'stores/server-unusable',
    what: 'The PostgreSQL server for the environments cannot be used.',
    why,
    fix: [
      'check its URL, and that it is up',
      `give it PostgreSQL ${oldestMajor} or newer (18 clones fastest) and a role with CREATEDB and CREATEROLE`,
    ],
    cause,
  });
