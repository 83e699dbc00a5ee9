import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { testDatabase } from '../../test/support/postgres.ts';
import { inTransaction, openDatabase, row, sql } from './pool.ts';

test('a connection that breaks between two statements fails its transaction, and nothing else', async () => {
  const { url, drop } = await testDatabase();
  const { db, close } = openDatabase(url, 3);
  const broken = inTransaction(db, async (tx) => {
    const mine = await row<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`);
    await sql`select pg_terminate_backend(${mine?.pid})`.execute(db);
    // The server's last words come while nobody asks anything.
    await pause(200);
    return row(tx, sql`select 1 as one`);
  });
  await assert.rejects(broken, /terminat|not queryable|closed/i);
  assert.deepEqual(await row(db, sql`select 1 as one`), { one: 1 });
  await close();
  await drop();
});
