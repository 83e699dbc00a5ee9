import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../db/pool.ts';
import { systemClock } from '../kernel/clock.ts';
import type { HeldRole } from '../kernel/role.ts';
import { addPerson } from '../people/add-person.ts';
import { joinTeam, setRole } from '../people/change-person.ts';
import { people, type PeopleWorld } from '../people/person.ts';
import { makeCode } from '../people/make-code.ts';
import { removePerson } from '../people/remove-person.ts';
import { speakerOfToken } from '../people/speaker.ts';
import { verifyAccount } from '../people/verify-account.ts';
import { authenticate, createToken, listTokens } from './tables.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
let open: OpenDatabase;
let world: PeopleWorld & { db: OpenDatabase['db'] };

before(async () => {
  database = await testDatabase();
  open = openDatabase(database.url, 8);
  await migrate(open.db);
  world = { db: open.db, clock: systemClock };
});
beforeEach(async () => {
  await sql`truncate people, tokens cascade`.execute(open.db);
});
after(async () => {
  await open?.close();
  await database?.drop();
});

const add = (name: string, role: HeldRole = 'developer', emails: string[] = []) =>
  addPerson(world, { name, role, emails, teams: [], by: 'ada' });
const claim = (code: string) => verifyAccount(world, { network: 'libera', account: 'annie', code });

describe('tokens of people', () => {
  const token = (role: HeldRole, person: string) =>
    createToken(open.db, { name: `${person} laptop`, role, person });

  test('open no more than their person may do, also when that changes', async () => {
    await add('ann', 'developer');
    const { token: text, id, role } = await token('admin', 'ann');
    assert.equal(role, 'developer');
    const actor = { id, name: 'ann', role: 'developer', token: 'ann laptop' } as const;
    assert.deepEqual(await authenticate(open.db, text), actor);
    await setRole(world, 'ann', 'viewer');
    assert.equal((await authenticate(open.db, text))?.role, 'viewer');
    assert.equal((await listTokens(open.db))[0]?.role, 'viewer');
    await setRole(world, 'ann', 'admin');
    assert.equal((await authenticate(open.db, text))?.role, 'admin');
    const { role: lower, token: small } = await token('viewer', 'ann');
    assert.equal(lower, 'viewer');
    assert.equal((await authenticate(open.db, small))?.role, 'viewer');
  });

  test('speak with the name, teams and addresses of their person; one of nobody as what it is called', async () => {
    await add('ann', 'developer', ['ann@example.com']);
    await joinTeam(world, 'ann', 'web');
    const actor = await authenticate(open.db, (await token('admin', 'ann')).token);
    assert.ok(actor && actor.role !== 'public');
    assert.deepEqual(await speakerOfToken(open.db, { ...actor, role: actor.role }), {
      name: 'ann',
      isPerson: true,
      role: 'developer',
      teams: ['web'],
      emails: ['ann@example.com'],
    });
    const { id, name } = await createToken(open.db, { name: 'Bob@Example.com', role: 'viewer' });
    const speaker = await speakerOfToken(open.db, { id, name, role: 'viewer' });
    assert.deepEqual([speaker.isPerson, speaker.emails], [false, ['bob@example.com']]);
  });

  test('open nothing once their person is removed, and none is made for them', async () => {
    await add('ann', 'admin', ['ann@example.com']);
    const { token: text } = await token('admin', 'ann');
    await claim((await makeCode(world, 'ann')).code);
    const { code } = await makeCode(world, 'ann');
    await removePerson(world, 'ann');
    await removePerson(world, 'ann');
    assert.equal(await authenticate(open.db, text), null);
    assert.ok((await listTokens(open.db))[0]?.revokedAt);
    assert.equal(await people.byAccount(open.db, 'libera', 'annie'), null);
    await assert.rejects(claim(code), { code: 'person/wrong-code' });
    await assert.rejects(token('viewer', 'ann'), { code: 'person/unknown' });
    await assert.rejects(removePerson(world, 'zoe'), { code: 'person/unknown' });
    await add('bob', 'developer', ['ann@example.com']);
  });

  test('one that is made while its person is removed does not outlive them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `ann${round}`;
      await add(name, 'admin');
      const [made] = await Promise.allSettled([token('admin', name), removePerson(world, name)]);
      if (made.status === 'fulfilled')
        assert.equal(await authenticate(open.db, made.value.token), null);
    }
  });
});
