import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieOf, sessionRig, signedIn, type SessionRig } from '../../test/support/session-rig.ts';
import { row, rows, sql } from '../db/pool.ts';
import { addPerson } from '../people/add-person.ts';
import { setRole } from '../people/change-person.ts';
import { removePerson } from '../people/remove-person.ts';
import { sessions } from './session-tables.ts';
import { listTokens, revokeToken } from './tables.ts';

const dayMs = 86_400_000;
const me = '/api/v1/me';
const session = '/api/v1/session';
let rig: SessionRig;

before(async () => {
  rig = await sessionRig();
});
after(() => rig?.close());

const add = (name: string, role: 'viewer' | 'developer' | 'admin') =>
  addPerson(rig.rig.world, { name, role, emails: [], teams: [], by: 'test' });
const status = async (cookie: string, path = me) =>
  (await rig.ask(path, { headers: { cookie } })).status;
const whoIs = async (headers: Record<string, string>): Promise<unknown> =>
  (JSON.parse((await rig.ask(session, { headers })).body) as { session: unknown }).session;
const move = (cookie: string, days: number) =>
  sql`update sessions set made_at = made_at - ${days} * interval '1 day', seen_at = seen_at - ${days} * interval '1 day',
        expires_at = expires_at - ${days} * interval '1 day'
      where hash = sha256(${cookie.split('=')[1]}::bytea)`.execute(rig.db);

describe('signing in', () => {
  test('with a token answers who it is and keeps a secret of its own in the browser', async () => {
    await add('ann', 'developer');
    const { token, id } = await rig.token('admin', 'ann');
    const answer = await rig.signIn(` ${token}\n`);
    const { proof, ...who } = JSON.parse(answer.body) as { proof: string };
    assert.deepEqual(who, { name: 'ann', role: 'developer', token: "ann's laptop" });
    const [cookie = '', ...attributes] = (answer.headers['set-cookie']?.[0] ?? '').split('; ');
    assert.match(cookie, new RegExp(`^signalbox-${rig.port}=[\\w-]{43}$`));
    assert.deepEqual(attributes, ['Path=/', 'Max-Age=7776000', 'HttpOnly', 'SameSite=Strict']);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const { id: asked } = JSON.parse((await rig.ask(me, { headers: { cookie } })).body) as {
      id: string;
    };
    assert.equal(asked, id);
    assert.deepEqual(await whoIs({ cookie }), { ...who, proof });
    const secret = cookie.split('=')[1] ?? '';
    const stored = JSON.stringify(await rows(rig.db, sql`select sessions::text from sessions`));
    for (const kept of [token, secret, proof, Buffer.from(secret).toString('hex')])
      assert.ok(!stored.includes(kept));
  });

  test('is in the audit with its name, and the token is not', async () => {
    const { token, name } = await rig.token('viewer');
    await rig.signIn(token);
    const newest = await row<{ actor: string; entry: string }>(
      rig.db,
      sql`select actor, audit::text as entry from audit order by id desc limit 1`,
    );
    assert.equal(newest?.actor, name);
    assert.match(newest?.entry ?? '', /openSession/);
    const all = JSON.stringify(await rows(rig.db, sql`select audit::text from audit`));
    assert.ok(!all.includes(token));
  });

  test('with a wrong token is refused, without a word of it, and 31 guesses are too many', async () => {
    const from = '127.9.0.1';
    for (let guess = 0; guess < 30; guess++) {
      const answer = await rig.signIn(`sbx_guess${guess}`, { from });
      assert.deepEqual([answer.status, answer.code], [401, 'api/wrong-token']);
      assert.ok(!answer.body.includes(`sbx_guess${guess}`));
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    const { token } = await rig.token('viewer');
    const late = await rig.signIn(token, { from });
    assert.deepEqual([late.status, late.code], [429, 'api/too-many-attempts']);
    assert.equal((await rig.signIn(token, { from: '127.9.0.2' })).status, 200);
  });

  test('counts its guesses together with those in headers', async () => {
    const from = '127.9.0.3';
    const authorization = 'Bearer sbx_guess';
    for (let guess = 0; guess < 30; guess++)
      await rig.ask(session, { from, headers: { authorization } });
    assert.equal((await rig.signIn('sbx_guess', { from })).code, 'api/too-many-attempts');
  });

  test('with something that is no token says what is wrong and not what was sent', async () => {
    for (const body of [
      { token: 'sbx_'.repeat(100) },
      { token: 7_777_777 },
      { token: 'x', also: 1 },
      {},
    ]) {
      const answer = await rig.ask(session, { method: 'POST', body });
      assert.deepEqual([answer.status, answer.code], [400, 'api/invalid']);
      assert.doesNotMatch(answer.body, /sbx_|7777777/);
    }
  });

  test('again ends the session that browser had, and no other', async () => {
    const { token } = await rig.token('viewer');
    const [one, other] = [await rig.browser(token), await rig.browser(token)];
    const again = await rig.signIn(token, { headers: { cookie: one.cookie } });
    assert.equal(await status(one.cookie), 401);
    assert.equal(await status(other.cookie), 200);
    assert.equal(await status(cookieOf(again)), 200);
  });

  test('from a page of another site is refused, with a right token too', async () => {
    const { token } = await rig.token('viewer');
    const answer = await rig.signIn(token, { headers: { 'sec-fetch-site': 'same-site' } });
    assert.deepEqual([answer.status, answer.code], [403, 'api/cross-site']);
    assert.equal(answer.headers['set-cookie'], undefined);
  });
});

describe('a session', () => {
  test('is known to every controller of the database, and ends in all of them', async () => {
    const browser = await rig.browser((await rig.token('viewer')).token);
    const headers = signedIn(browser);
    assert.equal((await rig.askOther(me, { headers })).status, 200);
    const out = await rig.askOther(session, { method: 'DELETE', headers });
    assert.equal(out.status, 200);
    assert.match(out.headers['set-cookie']?.[0] ?? '', /^signalbox-\d+=; Path=\/; Max-Age=0;/);
    assert.equal(await status(browser.cookie), 401);
  });

  test('ends with its token', async () => {
    const { token, id } = await rig.token('admin');
    const { cookie } = await rig.browser(token);
    assert.equal(await status(cookie), 200);
    await revokeToken(rig.db, id);
    assert.equal(await status(cookie), 401);
    assert.equal(await whoIs({ cookie }), null);
  });

  test('ends with its person', async () => {
    await add('bea', 'admin');
    const { cookie } = await rig.browser((await rig.token('admin', 'bea')).token);
    await removePerson(rig.rig.world, 'bea');
    assert.equal(await status(cookie), 401);
  });

  test('opens no more than its person may do at that moment', async () => {
    await add('cid', 'admin');
    const { cookie } = await rig.browser((await rig.token('admin', 'cid')).token);
    assert.equal(await status(cookie, '/api/v1/tokens'), 200);
    await setRole(rig.rig.world, 'cid', 'viewer');
    assert.equal(await status(cookie, '/api/v1/tokens'), 403);
    assert.equal(await status(cookie), 200);
  });

  test('ends when it is unused for 14 days', async () => {
    const { cookie } = await rig.browser((await rig.token('viewer')).token);
    await move(cookie, 13.9);
    assert.equal(await status(cookie), 200);
    await move(cookie, 13.9);
    assert.equal(await status(cookie), 200, 'each use begins them anew');
    await move(cookie, 14.1);
    assert.equal(await status(cookie), 401);
  });

  test('ends after 90 days, however much it is used', async () => {
    const { cookie } = await rig.browser((await rig.token('viewer')).token);
    for (let day = 10; day < 90; day += 10) {
      await move(cookie, 10);
      assert.equal(await status(cookie), 200);
    }
    await move(cookie, 10.1);
    assert.equal(await status(cookie), 401);
  });

  test('is written at most once an hour, and its use is a use of its token', async () => {
    const { token, id } = await rig.token('viewer');
    const { cookie } = await rig.browser(token);
    const seen = () =>
      row<{ at: Date }>(rig.db, sql`select seen_at as at from sessions where token_id = ${id}`);
    const first = await seen();
    await status(cookie);
    assert.deepEqual(await seen(), first);
    await move(cookie, 1 / 23);
    await sql`update tokens set last_used_at = null where id = ${id}`.execute(rig.db);
    await status(cookie);
    assert.ok((await seen())!.at >= first!.at);
    assert.ok((await listTokens(rig.db)).find((one) => one.id === id)?.lastUsedAt);
  });

  test('that opens nothing any more is forgotten, others are not', async () => {
    await sql`truncate sessions`.execute(rig.db);
    const { token, id } = await rig.token('viewer');
    const living = await rig.browser((await rig.token('viewer')).token);
    await rig.browser(token);
    await revokeToken(rig.db, id);
    await move((await rig.browser((await rig.token('viewer')).token)).cookie, 15);
    assert.equal(await sessions.forget(rig.db, new Date()), 2);
    assert.equal(await sessions.forget(rig.db, new Date(Date.now() + dayMs)), 0);
    assert.equal(await status(living.cookie), 200);
  });
});

describe('signing out', () => {
  test('twice is as good as once, and only the first is audited', async () => {
    const { token, name } = await rig.token('viewer');
    const headers = signedIn(await rig.browser(token));
    const count = async () =>
      (await rows(rig.db, sql`select from audit where action = 'closeSession'`)).length;
    const before = await count();
    const words = ['You are signed out.', 'Nobody was signed in.', 'Nobody was signed in.'];
    for (const said of words) {
      const answer = await rig.ask(session, { method: 'DELETE', headers });
      assert.equal((JSON.parse(answer.body) as { text: string }).text, said);
      assert.match(answer.headers['set-cookie']?.[0] ?? '', /Max-Age=0/);
    }
    assert.equal(await count(), before + 1);
    const last = await row(
      rig.db,
      sql`select actor from audit where action = 'closeSession' order by id desc`,
    );
    assert.deepEqual(last, { actor: name });
  });

  test('without the proof is refused, and one stays signed in', async () => {
    const { cookie } = await rig.browser((await rig.token('viewer')).token);
    const answer = await rig.ask(session, { method: 'DELETE', headers: { cookie } });
    assert.deepEqual([answer.status, answer.code], [403, 'api/no-proof']);
    assert.equal(await status(cookie), 200);
  });
});

describe('who is signed in', () => {
  test('is nobody without a token, with a wrong one, or with a cookie that opens nothing', async () => {
    const stale = `signalbox-${rig.port}=${'x'.repeat(43)}`;
    for (const headers of [{}, { authorization: 'Bearer sbx_no' }, { cookie: stale }]) {
      const answer = await rig.ask(session, { headers });
      assert.deepEqual([answer.status, answer.body], [200, '{"session":null}']);
    }
  });

  test('is who a token is, without a proof, whatever cookie comes along', async () => {
    const { token } = await rig.token('developer');
    const { cookie } = await rig.browser((await rig.token('viewer')).token);
    assert.deepEqual(await whoIs({ authorization: `Bearer ${token}`, cookie }), {
      name: "developer's laptop",
      role: 'developer',
      token: null,
      proof: null,
    });
    assert.equal(await whoIs({ authorization: 'Bearer sbx_no', cookie }), null);
  });
});
