import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';

/** Held in shared mode by every test process that uses the server, exclusively by whoever stops it. */
export const inUseLock = 7_311_001;
/** Held by the one process that stops the server when nobody has used it for a while. */
export const watchLock = 7_311_002;
/** What the names of tests' databases begin with; the watcher drops what killed tests left. */
export const testDatabasePrefix = 't_';

const me = process.getuid?.() ?? 0;
export const testServerDirectory = join(tmpdir(), `signalbox-test-postgres-${me}-18`);

/** The lock's session: while it lives, nobody stops the server. It does not keep our process alive. */
let using: Promise<string> | null = null;

/**
 * The superuser's URL of a real PostgreSQL that all tests of this user share; started when there is none. It
 * stays up for a minute after the last test that used it. `fsync` is off.
 */
export async function testServer(): Promise<string> {
  using ??= useServer();
  return using;
}

/** A new, empty database of one's own on the test server; the URL is the superuser's. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = await testServer();
  const name = testDatabasePrefix + randomBytes(8).toString('hex');
  // Not template1: it counts as busy as soon as anyone is connected to it.
  await asSuperuser(server, `create database ${name} template template0 strategy wal_log`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => asSuperuser(server, `drop database if exists ${name} with (force)`),
  };
}

/** Stops the server when no other test process uses it, at the end of a test run. Repeatable. */
export async function stopTestServer(): Promise<void> {
  const { runningPostmaster } = await import('../../src/db/embedded-postmaster.ts');
  if (!(await runningPostmaster(join(testServerDirectory, 'data')))) return;
  const server = await ensureTestServer();
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  try {
    if (await tryLock(client, inUseLock)) await stopHolding(client, server.stop);
  } finally {
    await client.end().catch(() => {});
  }
}

/** For whoever holds the exclusive lock: drops what killed tests left behind, then stops the server. */
export async function stopHolding(client: pg.Client, stop: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database where starts_with(datname, $1)`,
    [testDatabasePrefix],
  );
  for (const { name } of rows) {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
  }
  await stop();
}

export async function ensureTestServer(): ReturnType<typeof ensureEmbeddedPostgres> {
  await mkdir(testServerDirectory, { recursive: true, mode: 0o711 });
  const { uid } = await lstat(testServerDirectory);
  // The temporary directory is everybody's: a stranger may have been there first.
  if (uid !== me) throw new Error(`${testServerDirectory} belongs to user ${uid}, not to us.`);
  return ensureEmbeddedPostgres({ directory: testServerDirectory, fsync: false });
}

export async function tryLock(client: pg.Client, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>(`select pg_try_advisory_lock($1) as got`, [
    lock,
  ]);
  return rows[0]?.got === true;
}

async function useServer(): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const { url } = await ensureTestServer();
    const client = new pg.Client({ connectionString: url, keepAlive: true });
    client.on('error', () => {});
    try {
      await client.connect();
      // Waits while somebody stops the server; then the connection ends, and the next attempt starts it anew.
      await client.query(`select pg_advisory_lock_shared($1)`, [inUseLock]);
      await ensureWatcher(client);
      // The published types lack it.
      (client as unknown as { unref(): void }).unref();
      return url;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function ensureWatcher(client: pg.Client): Promise<void> {
  if (!(await tryLock(client, watchLock))) return;
  await client.query(`select pg_advisory_unlock($1)`, [watchLock]);
  const watcher = join(import.meta.dirname, 'stop-idle-postgres.ts');
  spawn(process.execPath, [watcher], { cwd: '/', detached: true, stdio: 'ignore' }).unref();
}

async function asSuperuser(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
