import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../db/pool.ts';
import { doDuty, dutyStates } from './duty.ts';

let database: OpenDatabase;
let drop: () => Promise<void>;

before(async () => {
  const made = await testDatabase();
  drop = made.drop;
  database = openDatabase(made.url, 3);
  await migrate(database.db);
  await sql`insert into controllers (id, host, pid, listen) values ('one', '', 1, ''), ('two', '', 2, '')`.execute(
    database.db,
  );
});

after(async () => {
  await database.close();
  await drop();
});

/** The duty is due, and a controller is at it. */
async function heldBy(controller: string): Promise<void> {
  await sql`insert into duties (name, every_ms, controller, held_until, ran_at)
    values ('sweep', 1, ${controller}, now() + interval '5 minutes', now() - interval '1 hour')
    on conflict (name) do update set controller = excluded.controller, held_until = excluded.held_until,
      ran_at = excluded.ran_at`.execute(database.db);
}

const asked = (controller: string): Promise<boolean> =>
  doDuty(database.db, { name: 'sweep', everyMs: 1, work: async () => undefined }, controller);

test('a duty that a living controller is at is not done by another one, and is silent when that takes too long', async () => {
  await heldBy('one');
  assert.equal(await asked('two'), false);
  assert.equal((await dutyStates(database.db))[0]?.silent, true);
});

test('a duty whose controller could not write down that it had ended is done again by it', async () => {
  await heldBy('one');
  assert.equal(await asked('one'), true);
  assert.equal((await dutyStates(database.db))[0]?.silent, false);
});

test('a duty whose controller has died is done by the next one', async () => {
  await heldBy('dead');
  assert.equal(await asked('two'), true);
});
