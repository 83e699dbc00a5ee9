import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../../test/support/postgres.ts';
import { readTableSizes } from './table-sizes.ts';

describe('the sizes of tables', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let client: pg.Client;

  before(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      create table small (a int);
      create table analyzed (a int, b text);
      insert into analyzed select n, repeat('x', 80) from generate_series(1, 20000) n;
      create table unseen with (autovacuum_enabled = off) as select repeat('x', 70) as a from generate_series(1, 10000);
      create schema shop;
      create table shop."Parts" (a int) partition by range (a);
      create table shop.low partition of shop."Parts" for values from (0) to (5000);
      create table shop.high partition of shop."Parts" for values from (5000) to (10000);
      insert into shop."Parts" select n from generate_series(0, 9999) n;
      create materialized view kept as select * from analyzed;
      create view seen as select * from analyzed;
      create temp table passing (a int);
      analyze analyzed, shop.low, shop.high;
      insert into analyzed select n, repeat('x', 80) from generate_series(1, 20000) n;`);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const sizeOf = async (table: string) =>
    (await readTableSizes(database.url)).find((size) => size.table === table);

  test('tables, partitioned ones and materialized views are there, views and temporary ones not', async () => {
    const names = (await readTableSizes(database.url)).map(({ table }) => table);
    assert.deepEqual(names.toSorted(), [
      'public.analyzed',
      'public.kept',
      'public.small',
      'public.unseen',
      'shop.Parts',
      'shop.high',
      'shop.low',
    ]);
  });

  test('the largest comes first', async () => {
    const bytes = (await readTableSizes(database.url)).map((size) => size.bytes);
    assert.deepEqual(
      bytes,
      bytes.toSorted((one, other) => other - one),
    );
  });

  test('rows written since the last ANALYZE count', async () => {
    const rows = (await sizeOf('public.analyzed'))?.rows ?? 0;
    assert.ok(rows > 36_000 && rows < 44_000, `${rows}`);
  });

  test('a table that was never analyzed is not taken for empty', async () => {
    const rows = (await sizeOf('public.unseen'))?.rows ?? 0;
    assert.ok(rows > 5_000 && rows < 20_000, `${rows}`);
  });

  test('a partitioned table is as large as its partitions', async () => {
    const [whole, low, high] = await Promise.all(
      ['Parts', 'low', 'high'].map((name) => sizeOf(`shop.${name}`)),
    );
    assert.equal(whole?.bytes, (low?.bytes ?? 0) + (high?.bytes ?? 0));
    assert.ok(Math.abs((whole?.rows ?? 0) - 10_000) < 500);
  });

  test('an empty table has no rows', async () => {
    assert.deepEqual(await sizeOf('public.small'), { table: 'public.small', rows: 0, bytes: 0 });
  });
});
