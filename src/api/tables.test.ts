import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, rows, sql, type OpenDatabase } from '../db/pool.ts';
import {
  auditLog,
  authenticate,
  createToken,
  listAudit,
  listTokens,
  revokeToken,
} from './tables.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let open: OpenDatabase;

before(async () => {
  database = await testDatabase();
  open = openDatabase(database.url, 3);
  await migrate(open.db);
});
after(async () => {
  await open?.close();
  await database?.drop();
});

test('a token opens until it is revoked, and is nowhere in the database', async () => {
  const { token, ...row } = await createToken(open.db, { name: 'ci', role: 'developer' });
  const { id, name, role } = row;
  assert.deepEqual(await authenticate(open.db, token), { id, name, role });
  assert.equal(await authenticate(open.db, `${token}x`), null);
  const stored = await rows(open.db, sql`select tokens::text from tokens`);
  assert.doesNotMatch(JSON.stringify(stored), new RegExp(token.slice(4)));
  const revoked = await revokeToken(open.db, id);
  assert.equal(await authenticate(open.db, token), null);
  assert.deepEqual(await revokeToken(open.db, id), revoked, 'revoking twice is safe');
  assert.equal(await revokeToken(open.db, 'nothing'), null);
});

test('the last use is written at most once a minute', async () => {
  const { token, id } = await createToken(open.db, { name: 'often', role: 'viewer' });
  const used = async () => (await listTokens(open.db)).find((row) => row.id === id)?.lastUsedAt;
  await authenticate(open.db, token);
  const first = await used();
  await authenticate(open.db, token);
  assert.deepEqual(await used(), first);
  await sql`update tokens set last_used_at = now() - interval '2 minutes' where id = ${id}`.execute(
    open.db,
  );
  await authenticate(open.db, token);
  assert.ok((await used())! >= first!);
});

test('an audit row exists before the change and then says how it ended', async () => {
  const log = auditLog(open.db);
  const entry = { actor: 'a', action: 'addApp', subject: 'shop', details: { name: 'shop' } };
  const id = await log.begin(entry);
  const newest = async () => (await listAudit(open.db, { limit: 1 }))[0];
  assert.deepEqual((await newest())?.details, { name: 'shop', outcome: 'begun' });
  await log.end(id, 'done');
  assert.deepEqual((await newest())?.details, { name: 'shop', outcome: 'done' });
  assert.deepEqual(await listAudit(open.db, { before: id }), []);
  assert.equal((await listAudit(open.db, { subject: 'sh' })).length, 1);
  assert.equal((await listAudit(open.db, { subject: '%' })).length, 0);
});
