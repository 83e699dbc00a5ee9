import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase, testServer } from '../../../../test/support/postgres.ts';
import { newId } from '../../../kernel/id.ts';
import { dataStoreContract } from '../../data-store.contract.ts';
import type { DatabaseKey, DataStore } from '../../data-store.ts';
import { postgresStore } from './postgres-store.ts';

const how = { ledger: 'schema_migrations', interruption: 'allowed' } as const;
// The machine may have a pg_dump that is new enough; which way is taken must not depend on that.
const noPgDump = '/nonexistent/pg_dump';

async function query(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

async function migrate(store: DataStore, key: DatabaseKey, version: string): Promise<void> {
  await query(
    await store.address(key),
    'create table if not exists schema_migrations (version text primary key)',
    `insert into schema_migrations values ('${version}')`,
  );
}

dataStoreContract('postgres', async () => {
  const store = await postgresStore({ url: await testServer(), secret: newId(), pgDump: noPgDump });
  return { store, migrate: (key, version) => migrate(store, key, version), close: store.close };
});

describe('the postgres store', () => {
  const app = newId();
  const secret = newId();
  const key = (word: string): DatabaseKey => ({ app, name: `${word}_${newId()}` });
  const source = key('source');
  const snapshot = key('snap');
  let store: Awaited<ReturnType<typeof postgresStore>>;
  let server: string;

  before(async () => {
    server = await testServer();
    store = await postgresStore({ url: server, secret, pgDump: noPgDump });
    await store.ensure(source, { from: 'empty' });
    await migrate(store, source, '1');
    await query(
      await store.address(source),
      'create table goods (id serial primary key, name text)',
      `insert into goods (name) select 'thing ' || n from generate_series(1, 1000) n`,
    );
    await store.takeSnapshot(source, snapshot, how);
  });

  after(async () => {
    await dropAll(store);
    await store.close();
  });

  const clone = async (word = 'clone'): Promise<DatabaseKey> => {
    const made = key(word);
    await store.ensure(made, { from: 'snapshot', snapshot: snapshot.name });
    return made;
  };

  test('twenty clones at once each have all the data and may change it', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => clone()));
    for (const made of keys) {
      const rows = await query(
        await store.address(made),
        `insert into goods (name) values ('mine')`,
        'alter table goods add column price int',
        'select count(*)::int as count from goods',
      );
      assert.deepEqual(rows, [{ count: 1001 }]);
    }
  });

  test('one database ensured twenty times at once is made once', async () => {
    const shop = key('shop');
    const seed = { from: 'snapshot', snapshot: snapshot.name } as const;
    await Promise.all(Array.from({ length: 20 }, () => store.ensure(shop, seed)));
    assert.equal((await store.migrations(shop, how.ledger)).length, 1);
  });

  test("a preview's login reaches no database but its own", async () => {
    const preview = await clone('preview');
    const url = new URL(await store.address(preview));
    url.pathname = `/${source.name}`;
    await assert.rejects(query(url.href), { code: '42501' });
    url.pathname = `/${snapshot.name}`;
    await assert.rejects(query(url.href));
  });

  test("on a server of Signalbox's own it reaches none of the server's databases either", async () => {
    const own = await testDatabase();
    const closed = await postgresStore({ url: server, secret, exclusive: true });
    const preview = await clone('preview');
    const url = new URL(await store.address(preview));
    for (const database of ['postgres', 'template1', new URL(own.url).pathname.slice(1)]) {
      url.pathname = `/${database}`;
      await assert.rejects(query(url.href), { code: '42501' }, database);
    }
    await closed.close();
    await own.drop();
  });

  test("a preview's login cannot take what is not its own", async () => {
    const preview = await clone('preview');
    const url = await store.address(preview);
    const living = new pg.Client({ connectionString: await store.address(source) });
    living.on('error', () => {});
    await living.connect();
    const { rows } = await living.query('select pg_backend_pid() as pid');
    const forbidden = [
      'select rolpassword from pg_authid',
      `set role ${source.name}`,
      'set role signalbox',
      'set session authorization signalbox',
      'alter system set shared_buffers = 1',
      `copy goods to program 'cat'`,
      `select pg_read_file('/etc/passwd')`,
      'create role mine',
      'create database mine',
      `alter role ${preview.name} superuser`,
      `alter database ${preview.name} connection limit 0`,
      `drop database ${source.name}`,
      `select pg_terminate_backend(${rows[0]?.pid})`,
      `comment on database ${preview.name} is 'mine'`,
    ];
    for (const statement of forbidden) {
      await assert.rejects(query(url, statement), { code: '42501' }, statement);
    }
    const seen = await query(url, `select query from pg_stat_activity where pid = ${rows[0]?.pid}`);
    assert.deepEqual(seen, [{ query: '<insufficient privilege>' }]);
    // This one PostgreSQL only warns about.
    await query(url, `grant connect on database ${preview.name} to public`);
    const granted = await query(
      url,
      `select has_database_privilege('public', current_database(), 'connect') as open`,
    );
    assert.deepEqual(granted, [{ open: false }]);
    await living.end();
  });

  test('trusted extensions can be created, and owners survive DISCARD ALL', async () => {
    const preview = await clone('preview');
    const rows = await query(
      await store.address(preview),
      'create extension pgcrypto',
      'create extension citext',
      'discard all',
      'create table later ()',
      `select tableowner = current_user as same from pg_tables where tablename = 'later'`,
    );
    assert.deepEqual(rows, [{ same: true }]);
  });

  test('a snapshot of a database in use ends its connections, and new ones wait for it', async () => {
    const busy = await clone('busy');
    const url = await store.address(busy);
    const idle = new pg.Client({ connectionString: url });
    const ended = new Promise((resolve) => idle.on('error', resolve));
    await idle.connect();
    const taken = store.takeSnapshot(busy, key('snap'), how);
    let failures = 0;
    let served = 0;
    const done = { yes: false };
    const knocking = (async () => {
      while (!done.yes) {
        await query(url, 'select 1').then(
          () => (served += 1),
          () => (failures += 1),
        );
      }
    })();
    assert.match((await taken).how, /connections ended, new ones waited/);
    done.yes = true;
    await Promise.all([knocking, ended]);
    assert.ok(served > 0);
    // Only those that were under way when the lock was taken: nobody is turned away afterwards.
    assert.ok(failures <= 1, `${failures} failures`);
    assert.deepEqual(await query(url, 'select count(*)::int as count from goods'), [
      { count: 1000 },
    ]);
  });

  test('where nobody may be interrupted and there is no pg_dump, it says what to do', async () => {
    await assert.rejects(
      store.takeSnapshot(source, key('snap'), { ...how, interruption: 'never' }),
      { code: 'stores/would-interrupt' },
    );
  });

  test('a snapshot outlives its source even when that granted rights to its own login', async () => {
    const parent = await clone('parent');
    await query(
      await store.address(parent),
      `grant select on goods to ${parent.name}`,
      'create schema own',
      `grant create on schema own to ${parent.name}`,
      'set role none',
      'create table own.things ()',
    );
    const copy = key('snap');
    await store.takeSnapshot(parent, copy, how);
    await store.drop(parent);
    const child = key('child');
    await store.ensure(child, { from: 'snapshot', snapshot: copy.name });
    await query(await store.address(child), 'drop table own.things');
    await assert.rejects(query(await store.address(parent)));
  });

  test('an open connection does not hold up a reset or a drop', async () => {
    const shop = await clone('shop');
    const client = new pg.Client({ connectionString: await store.address(shop) });
    client.on('error', () => {});
    await client.connect();
    await store.reset(shop, { from: 'snapshot', snapshot: snapshot.name });
    await query(await store.address(shop), 'select * from goods');
    await store.drop(shop);
    await client.end();
    assert.deepEqual(
      await query(server, `select from pg_roles where rolname = '${shop.name}'`),
      [],
    );
  });

  test('what is not ours is neither taken nor dropped', async () => {
    const stranger = await testDatabase();
    const name = new URL(stranger.url).pathname.slice(1);
    await assert.rejects(store.ensure({ app, name }, { from: 'empty' }), {
      code: 'stores/name-taken',
    });
    await assert.rejects(store.drop({ app, name }), { code: 'stores/name-taken' });
    await assert.rejects(store.ensure({ app, name: 'signalbox' }, { from: 'empty' }), {
      code: 'stores/name-taken',
    });
    await store.drop({ app, name: 'signalbox' });
    await stranger.drop();
    await assert.rejects(store.ensure({ app, name: 'x"; drop' }, { from: 'empty' }));
  });

  test('another installation on the same server sees nothing of ours', async () => {
    const other = await postgresStore({ url: server, secret: newId() });
    assert.deepEqual(await other.databases(), []);
    await assert.rejects(other.exists(source.name), { code: 'stores/name-taken' });
    await other.close();
  });
});

async function dropAll(store: DataStore): Promise<void> {
  for (const { app, name, role } of await store.databases()) {
    await (role === 'snapshot' ? store.dropSnapshot({ app, name }) : store.drop({ app, name }));
  }
}
