import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { databaseUser } from '../../../db/system-user.ts';
import { newId } from '../../../kernel/id.ts';
import { dataStoreContract } from '../../data-store.contract.ts';
import type { DatabaseKey } from '../../data-store.ts';
import { postgresStore } from './postgres-store.ts';

// A server as a team would bring it: installed from the distribution, of another version, with pg_dump beside
// it, and with an admin role that is no superuser.

const run = promisify(execFile);
const programs = await newestInstalled();
const skip = programs === null ? 'no PostgreSQL ≥ 15 is installed in /usr/lib/postgresql' : false;

async function newestInstalled(): Promise<string | null> {
  const versions = (await readdir('/usr/lib/postgresql').catch(() => [] as string[])).map(Number);
  const newest = Math.max(0, ...versions.filter((version) => version >= 15));
  const bin = `/usr/lib/postgresql/${newest}/bin`;
  const there = await readdir(bin).catch(() => [] as string[]);
  return there.includes('initdb') && there.includes('pg_dump') ? bin : null;
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-own-server-'));
  const user = process.getuid?.() === 0 ? await databaseUser() : null;
  if (user) await chown(directory, user.uid, user.gid);
  await chmod(directory, 0o700);
  const as = { ...(user ? { uid: user.uid, gid: user.gid } : {}), cwd: '/' };
  const data = join(directory, 'data');
  await run(`${programs}/initdb`, ['-D', data, '-U', 'postgres', '-A', 'trust', '-N'], as);
  const port = await freePort();
  const flags = `-p ${port} -c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`;
  const log = join(directory, 'log');
  await run(`${programs}/pg_ctl`, ['-D', data, '-l', log, '-w', '-o', flags, 'start'], as);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await run(`${programs}/pg_ctl`, ['-D', data, '-w', '-m', 'fast', 'stop'], as);
      await rm(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

describe("a server of one's own", { skip }, () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let admin: string;

  before(async () => {
    server = await startServer();
    await query(server.url, `create role deployer login createdb createrole password 'x'`);
    const url = new URL(server.url);
    url.username = 'deployer';
    url.password = 'x';
    admin = url.href;
  });
  after(() => server.stop());

  for (const pgDump of [`${programs}/pg_dump`, '/nonexistent/pg_dump']) {
    dataStoreContract(`with ${pgDump}`, async () => {
      const store = await postgresStore({ url: admin, secret: newId(), pgDump });
      return {
        store,
        async migrate(key, version) {
          await query(
            await store.address(key),
            'create table if not exists schema_migrations (version text primary key)',
            `insert into schema_migrations values ('${version}')`,
          );
        },
        close: store.close,
      };
    });
  }

  test('a snapshot by pg_dump has everything and interrupts nobody', async () => {
    const app = newId();
    const key = (word: string): DatabaseKey => ({ app, name: `${word}_${newId()}` });
    const store = await postgresStore({
      url: admin,
      secret: newId(),
      pgDump: `${programs}/pg_dump`,
    });
    const [source, snapshot, clone] = [key('source'), key('snap'), key('clone')];
    await store.ensure(source, { from: 'empty' });
    const living = new pg.Client({ connectionString: await store.address(source) });
    await living.connect();
    await living.query(`create table goods (id serial primary key, name text)`);
    await living.query(
      `insert into goods (name) select 'a;\\\n.' || n from generate_series(1, 500) n`,
    );
    await living.query(
      `create function double(n int) returns int language sql begin atomic; select n * 2; end`,
    );
    const taken = await store.takeSnapshot(source, snapshot, {
      ledger: 'schema_migrations',
      interruption: 'never',
    });
    assert.match(taken.how, /500 rows.*nobody was interrupted/);
    await living.query('select 1');
    await living.end();
    await store.ensure(clone, { from: 'snapshot', snapshot: snapshot.name });
    const rows = await query(
      await store.address(clone),
      `insert into goods (name) values ('new')`,
      `select count(*)::int as count, double(max(id)) as twice from goods where name like 'a;%' or name = 'new'`,
    );
    assert.deepEqual(rows, [{ count: 501, twice: 1002 }]);
    await store.drop(clone);
    await store.dropSnapshot(snapshot);
    await store.drop(source);
    assert.deepEqual(await store.databases(), []);
    await store.close();
  });
});
