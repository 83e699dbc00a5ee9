import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { inTransaction, rows, sql, type Database, type Queryable } from './pool.ts';

const directory = join(import.meta.dirname, 'migrations');

/**
 * Signalbox's own tables are at this version's state when it resolves. Several controllers may call it at
 * once; calling it again is safe. Each file runs in a transaction of its own, in order, once.
 */
export async function migrate(db: Database): Promise<string[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return inTransaction(db, async (tx) => {
    // One controller at a time: the lock ends with the transaction, also when we are killed.
    await sql`select pg_advisory_xact_lock(hashtext('signalbox.migrate'))`.execute(tx);
    await sql`create table if not exists migrations (name text primary key, ran_at timestamptz not null default now())`.execute(
      tx,
    );
    const ran = new Set(
      (await rows<{ name: string }>(tx, sql`select name from migrations`)).map(({ name }) => name),
    );
    refuseNewerDatabase(ran, files);
    const missing = files.filter((name) => !ran.has(name));
    for (const name of missing) await run(tx, name);
    return missing;
  });
}

async function run(tx: Queryable, name: string): Promise<void> {
  await sql.raw(await readFile(join(directory, name), 'utf8')).execute(tx);
  await sql`insert into migrations (name) values (${name})`.execute(tx);
}

function refuseNewerDatabase(ran: Set<string>, files: string[]): void {
  const unknown = [...ran].filter((name) => !files.includes(name));
  if (unknown.length === 0) return;
  throw new SignalboxError({
    code: 'db/newer',
    what: 'This database was made by a newer Signalbox; this one will not touch it.',
    why: `It holds migrations that this version does not know: ${unknown.join(', ')}.`,
    fix: ['Start the newer version again, or give this one another DATABASE_URL.'],
  });
}
