import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../../test/support/postgres.ts';
import { readLedger } from './ledger.ts';

const ledgers: [string, string, string, string[]][] = [
  [
    'Rails',
    'schema_migrations',
    `create table schema_migrations (version text); insert into schema_migrations values ('2'), ('1')`,
    ['1', '2'],
  ],
  [
    'Knex',
    'knex_migrations',
    `create table knex_migrations (id serial, name text, batch int, migration_time timestamptz);
     insert into knex_migrations (name) values ('b.js'), ('a.js')`,
    ['b.js', 'a.js'],
  ],
  [
    'Prisma',
    '_prisma_migrations',
    `create table _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text);
     insert into _prisma_migrations values ('x', '', '2026-02-01', 'late'), ('y', '', '2026-01-01', 'early')`,
    ['early', 'late'],
  ],
  [
    'Drizzle',
    'drizzle.__drizzle_migrations',
    `create schema drizzle; create table drizzle.__drizzle_migrations (id serial, hash text, created_at bigint);
     insert into drizzle.__drizzle_migrations (hash) values ('f00'), ('ba2')`,
    ['f00', 'ba2'],
  ],
  [
    'Django',
    'django_migrations',
    `create table django_migrations (id serial, app text, name text, applied timestamptz);
     insert into django_migrations (app, name) values ('auth', '0001'), ('shop', '0001')`,
    ['auth.0001', 'shop.0001'],
  ],
  [
    'Sequelize',
    'SequelizeMeta',
    `create table "SequelizeMeta" (name text); insert into "SequelizeMeta" values ('2.js'), ('1.js')`,
    ['1.js', '2.js'],
  ],
  [
    'an unknown tool',
    'done',
    `create table done (what text); insert into done values ('b'), ('a')`,
    ['a', 'b'],
  ],
];

describe('reading a migration ledger', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  for (const [tool, ledger, make, expected] of ledgers) {
    test(`as ${tool} keeps it`, async () => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query(make);
      await client.end();
      assert.deepEqual(await readLedger(database.url, ledger), expected);
    });
  }

  for (const name of ['missing', 'no.such', '', '.', 'a"; drop table x; --', "a'b", 'a.b.c']) {
    test(`${JSON.stringify(name)} is no ledger and reads as empty`, async () => {
      assert.deepEqual(await readLedger(database.url, name), []);
    });
  }
});
