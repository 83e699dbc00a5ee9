import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { ensureEmbeddedPostgres } from '../db/embedded.ts';
import { row, sql, type Database } from '../db/pool.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

/** A file's text, made once and kept readable for its owner only. Several processes may ask at once. */
export async function keptFile(file: string, make: () => string): Promise<string> {
  await writeFile(file, make(), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return readFile(file, 'utf8');
}

/** The key that seals secrets; whoever loses it loses them. */
export async function secretKey(files: string): Promise<Buffer> {
  const text = await keptFile(join(files, 'secret.key'), () => randomBytes(32).toString('hex'));
  return Buffer.from(text.trim(), 'hex');
}

export interface ChosenDatabase {
  url: string;
  /** In words. */
  says: string;
  /** Only for a database we started: ends it. */
  stop: (() => Promise<void>) | null;
  /** Starts a database of ours again when it has died; nothing for somebody else's. */
  tend(): Promise<void>;
}

/** `DATABASE_URL`, or our own PostgreSQL in the data directory with a database called signalbox. */
export async function chooseDatabase(options: {
  databaseUrl: string | undefined;
  data: string;
  log(line: string): void;
}): Promise<ChosenDatabase> {
  if (options.databaseUrl)
    return {
      url: options.databaseUrl,
      says: 'your own (DATABASE_URL)',
      stop: null,
      tend: async () => undefined,
    };
  const directory = join(options.data, 'postgres');
  const { url, adopted, stop, tend } = await ensureEmbeddedPostgres({
    directory,
    log: options.log,
  });
  const client = new Client({ connectionString: url });
  await client.connect();
  const known = await client.query("select 1 from pg_database where datname = 'signalbox'");
  if (known.rowCount === 0) await client.query('create database signalbox');
  await client.query('revoke connect on database signalbox from public');
  await client.end();
  const ours = new URL(url);
  ours.pathname = '/signalbox';
  return { url: ours.href, says: adopted ? 'embedded, found alive' : 'embedded', stop, tend };
}

/** The database and the files directory belong together; with another one its rows would point nowhere. */
export async function pairWithFiles(db: Database, files: string): Promise<void> {
  await mkdir(files, { recursive: true, mode: 0o711 });
  const id = (await keptFile(join(files, 'id'), newId)).trim();
  await sql`insert into installation (files_id) values (${id}) on conflict do nothing`.execute(db);
  const paired = await row<{ id: string }>(db, sql`select files_id as id from installation`);
  if (paired?.id === id) return;
  throw new SignalboxError({
    code: 'controller/other-files',
    what: `This database belongs to another files directory than ${files}.`,
    why: 'Repositories, artifacts and running workloads lie there; its rows would point nowhere.',
    fix: [
      'Start with --files and the directory this database was first used with (several controllers share it).',
      'Or give this one a database of its own: another DATABASE_URL.',
    ],
  });
}
