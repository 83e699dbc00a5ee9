import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../../test/support/postgres.ts';
import { judgeFile, learnFile } from '../judge-file.ts';
import { emptySchema, settle } from '../known-schema.ts';
import { largeByDefault, tableFacts } from '../table-facts.ts';

const make = `
  create table t (id int, short varchar(30), note text, price numeric(8,2), at timestamp, address cidr, digit int);
  insert into t select n, 'a', 'b', 1, now(), '10.0.0.0/8', 1 from generate_series(1, 10) n;`;

const statements = [
  'alter table t alter short type varchar(40)',
  'alter table t alter short type varchar(20)',
  'alter table t alter short type text',
  'alter table t alter short type varchar(40) using short::varchar(40)',
  'alter table t alter note type varchar',
  'alter table t alter price type numeric(10,2)',
  'alter table t alter price type numeric(10,4)',
  'alter table t alter price type numeric',
  'alter table t alter digit type bigint',
  'alter table t alter address type inet',
  'alter table t add a timestamptz default now()',
  'alter table t add a int default 7',
  'alter table t add a uuid default gen_random_uuid()',
  'alter table t add a timestamptz default clock_timestamp()',
  'alter table t add a serial',
  'alter table t add a int generated always as identity',
  'alter table t add a int generated always as (id) stored',
  'alter table t add a int generated always as (id) virtual',
  'alter table t set unlogged',
  'vacuum full t',
];

describe('PostgreSQL itself', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let client: pg.Client;

  before(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const fileOf = async (): Promise<unknown> =>
    (await client.query(`select relfilenode from pg_class where oid = 't'::regclass`)).rows[0];

  // Narrowing a varchar is checked row by row without a rewrite, which is as long a lock.
  const scans = /varchar\(20\)/;

  for (const statement of statements) {
    test(`rewrites the table, or not, as the rules say of: ${statement}`, async () => {
      await client.query('drop table if exists t');
      await client.query(make);
      const before = await fileOf();
      await client.query(statement);
      const rewritten = !Object.is(JSON.stringify(before), JSON.stringify(await fileOf()));
      const facts = tableFacts([{ table: 'public.t', rows: 1e9, bytes: 1e12 }]);
      const judge = { schema: emptySchema(), facts, large: largeByDefault };
      await learnFile(judge, { path: '1.sql', text: make });
      settle(judge.schema);
      const { findings } = await judgeFile(judge, { path: '2.sql', text: statement });
      const stopped = findings.some(({ severity }) => severity !== 'note');
      assert.equal(stopped, rewritten || scans.test(statement));
    });
  }
});
