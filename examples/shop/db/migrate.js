// Applies what is new in db/migrations, in order, each file in one transaction with its line in the ledger.
// Running it twice, or twice at once, is safe.
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

const directory = new URL('migrations/', import.meta.url);
const onlyOneAtATime = 5_347_001;

const client = new pg.Client({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000 });
await client.connect();
try {
  await client.query('select pg_advisory_lock($1)', [onlyOneAtATime]);
  await client.query(`
    create table if not exists schema_migrations (
      version text primary key,
      applied_at timestamptz not null default clock_timestamp()
    )`);
  const { rows } = await client.query('select version from schema_migrations');
  const applied = new Set(rows.map(({ version }) => version));
  const files = (await readdir(directory)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  const waiting = files.filter((name) => !applied.has(name));
  for (const name of waiting) await apply(name);
  console.log(waiting.length === 0 ? `nothing to do: ${files.length} applied before` : `applied ${waiting.length}`);
} finally {
  await client.end();
}

async function apply(name) {
  const sql = await readFile(new URL(name, directory), 'utf8');
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into schema_migrations (version) values ($1)', [name]);
    await client.query('commit');
    console.log(`applied ${name}`);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`${name} failed and changed nothing: ${error.message}`, { cause: error });
  }
}
