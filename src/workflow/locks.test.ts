import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, type OpenDatabase } from '../db/pool.ts';
import { databaseLocks, isOvertaken } from './locks.ts';
import type { Flow } from './workflow.ts';

let database: OpenDatabase;
let drop: () => Promise<void>;
before(async () => {
  const made = await testDatabase();
  drop = made.drop;
  database = openDatabase(made.url, 3);
  await migrate(database.db);
});
after(async () => {
  await database.close();
  await drop();
});

/** A run whose steps were done before, as it is after a restart of its controller. */
function run(id: string): Flow & { restart(): void } {
  const done = new Map<string, unknown>();
  let passed = 0;
  return {
    id,
    restart: () => void (passed = 0),
    async step<T>(name: string, act: () => Promise<T>): Promise<T> {
      const key = `${(passed += 1)} ${name}`;
      if (!done.has(key)) done.set(key, await act());
      return done.get(key) as T;
    },
    sleepUntil: async () => undefined,
    waitFor: async () => 'timed-out',
  };
}

test('a run that goes on in another controller with a lock in its hand overtakes its former self', async () => {
  const locks = databaseLocks(database.db);
  const mine = run('one');
  const first = await locks.take(mine, { name: 'kept', capacity: 1 });
  mine.restart();
  const again = await locks.take(mine, { name: 'kept', capacity: 1 });
  assert.equal(await isOvertaken(database.db, first), true);
  assert.equal(await isOvertaken(database.db, again), false);
});

test('a run that passes again by a lock it let go of long ago overtakes nobody', async () => {
  const locks = databaseLocks(database.db);
  const mine = run('one');
  await locks.take(mine, { name: 'lane', capacity: 1 });
  await locks.release('lane', mine.id);
  const theirs = await locks.take(run('two'), { name: 'lane', capacity: 1 });
  mine.restart();
  const late = await locks.take(mine, { name: 'lane', capacity: 1 });
  assert.equal(await isOvertaken(database.db, theirs), false);
  assert.equal(await isOvertaken(database.db, late), true);
});
