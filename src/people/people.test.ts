import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, rows, sql, type OpenDatabase } from '../db/pool.ts';
import type { HeldRole } from '../kernel/role.ts';
import { addPerson } from './add-person.ts';
import { addEmail, joinTeam, leaveTeam, removeEmail } from './change-person.ts';
import { findPerson } from './find-person.ts';
import { makeCode } from './make-code.ts';
import { people, type PeopleWorld } from './person.ts';
import { removePerson } from './remove-person.ts';
import { unlinkAccount } from './unlink-account.ts';
import { verifyAccount } from './verify-account.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let open: OpenDatabase;
let now = new Date('2026-11-20T08:00:00Z');
let world: PeopleWorld & { db: OpenDatabase['db'] };

before(async () => {
  database = await testDatabase();
  open = openDatabase(database.url, 8);
  await migrate(open.db);
  world = { db: open.db, clock: { now: () => now } };
});
beforeEach(async () => {
  await sql`truncate people, person_emails, person_accounts, account_codes, account_tries, tokens, audit, events cascade`.execute(
    open.db,
  );
});
after(async () => {
  await open?.close();
  await database?.drop();
});

const add = (name: string, role: HeldRole = 'developer', emails: string[] = []) =>
  addPerson(world, { name, role, emails, teams: [], by: 'ada' });
const later = (minutes: number): void => void (now = new Date(now.getTime() + minutes * 60_000));
const at = { network: 'libera', account: 'annie' };
const claim = (code: string, account = 'annie') =>
  verifyAccount(world, { network: 'libera', account, code });

describe('people', () => {
  test('are known by their addresses, whatever the case', async () => {
    await addPerson(world, {
      name: 'ann',
      role: 'developer',
      emails: ['Ann@Example.com', ' ann@home.example'],
      teams: ['web', 'shop', 'web'],
      by: 'ada',
    });
    const [ann] = await people.byEmails(open.db, ['ann@example.com']);
    assert.deepEqual(ann?.emails, ['ann@example.com', 'ann@home.example']);
    assert.deepEqual(ann?.teams, ['shop', 'web']);
    assert.deepEqual(
      (await people.ofTeam(open.db, 'web')).map(({ name }) => name),
      ['ann'],
    );
  });

  test('an address belongs to one of them, and whoever comes with a taken one is not added', async () => {
    await add('ann', 'developer', ['ann@example.com']);
    const taken = { code: 'person/email-taken', what: 'ann@example.com is an address of ann.' };
    await assert.rejects(add('bob', 'developer', ['bob@example.com', 'ANN@example.com']), taken);
    await assert.rejects(findPerson(open.db, 'bob'), { code: 'person/unknown' });
    assert.deepEqual(await people.byEmails(open.db, ['bob@example.com']), []);
    await add('bob');
    await assert.rejects(addEmail(world, 'bob', { email: 'ann@example.com', by: 'ada' }), taken);
    await removeEmail(world, 'ann', 'Ann@example.com');
    const { emails } = await addEmail(world, 'bob', { email: 'ann@example.com', by: 'ada' });
    assert.deepEqual(emails, ['ann@example.com']);
    await addEmail(world, 'bob', { email: 'ann@example.com', by: 'ada' });
  });

  test('a name is taken while its person is there, also for two who come at once', async () => {
    const both = await Promise.allSettled([add('ann'), add('ann')]);
    const refused = both.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 1);
    assert.equal((refused[0] as { reason: { code: string } }).reason.code, 'person/exists');
    await removePerson(world, 'ann');
    await add('ann', 'viewer');
    assert.equal((await people.all(open.db)).length, 2);
    assert.equal((await findPerson(open.db, 'ann')).role, 'viewer');
  });

  test('teams are joined and left, as often as somebody says so', async () => {
    await add('ann');
    for (const team of ['web', 'api', 'web']) await joinTeam(world, 'ann', team);
    assert.deepEqual((await findPerson(open.db, 'ann')).teams, ['api', 'web']);
    await leaveTeam(world, 'ann', 'web');
    assert.deepEqual((await leaveTeam(world, 'ann', 'web')).teams, ['api']);
    await assert.rejects(joinTeam(world, 'bob', 'web'), { code: 'person/unknown' });
  });
});

describe('chat accounts', () => {
  test('are proved by saying a code, in capitals or not, once', async () => {
    await add('ann');
    const { code, expiresAt } = await makeCode(world, 'ann');
    assert.match(code, /^[A-HJKMNP-Z2-9]{8}$/);
    assert.equal(expiresAt.getTime() - now.getTime(), 600_000);
    const stored = await rows(open.db, sql`select account_codes::text from account_codes`);
    assert.doesNotMatch(JSON.stringify(stored), new RegExp(code));
    const said = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    assert.deepEqual((await claim(said)).accounts, [at]);
    assert.equal((await people.byAccount(open.db, 'libera', 'annie'))?.name, 'ann');
    assert.equal(await people.byAccount(open.db, 'other', 'annie'), null);
    await assert.rejects(claim(code, 'bobby'), { code: 'person/wrong-code' });
  });

  test('a code counts for ten minutes', async () => {
    await add('ann');
    const { code } = await makeCode(world, 'ann');
    later(10);
    await assert.rejects(claim(code), { code: 'person/wrong-code' });
  });

  test('of two accounts that say the same code at once one is linked', async () => {
    await add('ann');
    const { code } = await makeCode(world, 'ann');
    const said = await Promise.allSettled(['a', 'b', 'c', 'd'].map((one) => claim(code, one)));
    assert.equal(said.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await findPerson(open.db, 'ann')).accounts.length, 1);
  });

  test('the five newest codes of a person are valid', async () => {
    await add('ann');
    const codes: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      codes.push((await makeCode(world, 'ann')).code);
      now = new Date(now.getTime() + 1000);
    }
    await assert.rejects(claim(codes[1] ?? '', 'x'), { code: 'person/wrong-code' });
    for (const code of codes.slice(2)) await claim(code);
  });

  test('an account that is proved by somebody else moves, which the audit and an event say', async () => {
    await add('ann');
    await add('bob');
    await claim((await makeCode(world, 'ann')).code);
    await claim((await makeCode(world, 'bob')).code);
    assert.deepEqual((await findPerson(open.db, 'ann')).accounts, []);
    const audit = await rows(
      open.db,
      sql`select actor, action, subject, details from audit order by id desc limit 1`,
    );
    assert.deepEqual(audit, [
      {
        actor: 'bob',
        action: 'verifyAccount',
        subject: 'bob',
        details: { ...at, before: 'ann', outcome: 'done' },
      },
    ]);
    const events = await rows<{ text: string }>(
      open.db,
      sql`select text from events where kind = 'account-verified' order by id`,
    );
    assert.deepEqual(
      events.map(({ text }) => text),
      ['annie on libera is ann.', 'annie on libera is bob.'],
    );
  });

  test('after five wrong codes in ten minutes an account is not listened to, also with a right one', async () => {
    await add('ann');
    const { code } = await makeCode(world, 'ann');
    const guesses = Array.from({ length: 8 }, (_, index) => claim(`GUESS${index}`));
    const codes = (await Promise.allSettled(guesses)).map(
      (one) => (one as PromiseRejectedResult).reason.code as string,
    );
    assert.equal(codes.filter((one) => one === 'person/wrong-code').length, 5);
    assert.equal(codes.filter((one) => one === 'person/too-many-codes').length, 3);
    await assert.rejects(claim(code), { code: 'person/too-many-codes' });
    await claim((await makeCode(world, 'ann')).code, 'another');
    later(10);
    await claim((await makeCode(world, 'ann')).code);
  });

  test('are unlinked one by one or all of a network, and again without harm', async () => {
    await add('ann');
    for (const account of ['a', 'b', 'c'])
      await claim((await makeCode(world, 'ann')).code, account);
    const unlink = (account: string | null, network = 'libera') =>
      unlinkAccount(world, 'ann', { network, account });
    assert.deepEqual(await unlink(null, 'other'), []);
    assert.deepEqual(await unlink('b'), [{ network: 'libera', account: 'b' }]);
    assert.deepEqual(await unlink('b'), []);
    assert.equal((await unlink(null)).length, 2);
    assert.equal(await people.byAccount(open.db, 'libera', 'a'), null);
  });
});
