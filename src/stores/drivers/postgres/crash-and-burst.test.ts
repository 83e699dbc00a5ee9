import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { testServer } from '../../../../test/support/postgres.ts';
import { mountXfs } from '../../../../test/support/xfs.ts';
import { ensureEmbeddedPostgres } from '../../../db/embedded.ts';
import { newId } from '../../../kernel/id.ts';
import type { DatabaseKey } from '../../data-store.ts';
import { postgresStore } from './postgres-store.ts';

const how = { ledger: 'schema_migrations', interruption: 'allowed' } as const;
const pgDump = '/nonexistent/pg_dump';

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** A process that makes one call on the store and is killed some time after it has begun. */
async function killedDuring(call: unknown[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, CALL: JSON.stringify(call) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await pause(afterMs);
  child.kill('SIGKILL');
  await gone;
}

const program = `
  import { postgresStore } from ${JSON.stringify(import.meta.resolve('./postgres-store.ts'))};
  const [options, method, ...rest] = JSON.parse(process.env.CALL);
  const store = await postgresStore(options);
  console.log('calling');
  await store[method](...rest);
`;

describe('the postgres store, killed and crowded', () => {
  const app = newId();
  const secret = newId();
  const key = (word: string): DatabaseKey => ({ app, name: `${word}_${newId()}` });
  const source = key('source');
  const snapshot = key('snap');
  const seed = { from: 'snapshot', snapshot: snapshot.name } as const;
  let store: Awaited<ReturnType<typeof postgresStore>>;
  let options: { url: string; secret: string; pgDump: string };

  before(async () => {
    options = { url: await testServer(), secret, pgDump };
    store = await postgresStore(options);
    await store.ensure(source, { from: 'empty' });
    await query(
      await store.address(source),
      `create table goods as select n, repeat(md5(n::text), 20) as text from generate_series(1, 50000) n`,
    );
    await store.takeSnapshot(source, snapshot, how);
  });

  after(async () => {
    for (const { name, role } of await store.databases()) {
      await (role === 'snapshot' ? store.dropSnapshot({ app, name }) : store.drop({ app, name }));
    }
    await store.close();
  });

  const count = async (one: DatabaseKey): Promise<unknown[]> =>
    query(await store.address(one), 'select count(*)::int as count from goods');

  test('a clone whose maker was killed is made anew', async () => {
    for (const afterMs of [0, 15, 30, 60]) {
      const shop = key('shop');
      await killedDuring([options, 'ensure', shop, seed], afterMs);
      await store.ensure(shop, seed);
      assert.deepEqual(await count(shop), [{ count: 50_000 }]);
    }
  });

  test('a reset that was killed is finished by the next ensure, at the same address', async () => {
    const shop = key('shop');
    await store.ensure(shop, seed);
    for (const afterMs of [0, 20, 40]) {
      await killedDuring([options, 'reset', shop, seed], afterMs);
      await store.ensure(shop, seed);
      assert.deepEqual(await count(shop), [{ count: 50_000 }]);
    }
  });

  test('a killed snapshot leaves its source open, and is taken by the next call', async () => {
    for (const afterMs of [0, 20, 40, 80]) {
      const taken = key('snap');
      await killedDuring([options, 'takeSnapshot', source, taken, how], afterMs);
      assert.deepEqual(await count(source), [{ count: 50_000 }]);
      await store.takeSnapshot(source, taken, how);
      const clone = key('clone');
      await store.ensure(clone, { from: 'snapshot', snapshot: taken.name });
      assert.deepEqual(await count(clone), [{ count: 50_000 }]);
    }
  });

  test('a snapshot is not dropped while it is being cloned', async () => {
    const taken = key('snap');
    await store.takeSnapshot(source, taken, how);
    const clones = Array.from({ length: 5 }, () => key('clone'));
    const made = clones.map((one) =>
      store.ensure(one, { from: 'snapshot', snapshot: taken.name }).then(
        () => true,
        (error: { code?: string }) => {
          assert.equal(error.code, 'stores/no-such-snapshot');
          return false;
        },
      ),
    );
    await Promise.race(made);
    await store.dropSnapshot(taken);
    const complete = await Promise.all(made);
    assert.ok(complete.includes(true));
    for (const [at, one] of clones.entries()) {
      assert.equal(await store.exists(one.name), complete[at]);
    }
  });

  test('where the file system can share blocks, clones share them', async (t) => {
    const xfs = await mountXfs(1024 ** 3);
    if ('skip' in xfs) return t.skip(xfs.skip);
    try {
      const directory = join(xfs.directory, 'postgres');
      const server = await ensureEmbeddedPostgres({ directory, fsync: false });
      try {
        await sharesBlocks(server.url);
      } finally {
        await server.stop();
      }
    } finally {
      await xfs.unmount();
    }
  });

  async function sharesBlocks(serverUrl: string): Promise<void> {
    const sharing = await postgresStore({ url: serverUrl, secret, pgDump });
    await sharing.ensure(source, { from: 'empty' });
    const url = await sharing.address(source);
    await query(url, 'create table goods as select generate_series(1, 100000) as n');
    const { how: words } = await sharing.takeSnapshot(source, snapshot, how);
    assert.match(words, /by file \(clone\)/);
    const clone = key('clone');
    await sharing.ensure(clone, seed);
    const rows = await query(await sharing.address(clone), 'select count(*)::int from goods');
    assert.deepEqual(rows, [{ count: 100_000 }]);
    await sharing.close();
  }
});
