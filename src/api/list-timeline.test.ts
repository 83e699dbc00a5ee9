import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { rows, sql } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import type { Role } from './contract/endpoint.ts';
import { isRefusal } from '../../test/support/is-refusal.ts';

let rig: ApiRig;
before(async () => {
  rig = await apiRig();
  await shopWithBranches(rig, 'cart');
  await rig.handlers.addApp({ name: 'books' }, asking());
  await sql`truncate events restart identity`.execute(rig.world.db);
});
after(() => rig.close());
afterEach(async () => {
  await sql`truncate events, audit restart identity`.execute(rig.world.db);
  await sql`delete from environments`.execute(rig.world.db);
});

const as = (role: Role) => asking({ actor: { id: role, name: role, role } });

async function audit(
  action: string,
  subject: string,
  details: Record<string, string> = {},
): Promise<void> {
  await sql`insert into audit (actor, action, subject, details)
    values ('bob', ${action}, ${subject}, ${JSON.stringify({ outcome: 'done', ...details })}::jsonb)`.execute(
    rig.world.db,
  );
}

const said = (text: string, more: Partial<Parameters<typeof publish>[1]> = {}): Promise<void> =>
  publish(rig.world.db, { kind: 'push-begun', app: 'shop', text, ...more });

async function texts(
  wish: Parameters<ApiRig['handlers']['listTimeline']>[0],
  role: Role = 'admin',
): Promise<string[]> {
  const { entries } = await rig.handlers.listTimeline(wish, as(role));
  return entries.map(({ text }) => text);
}

test('what happened and who changed what is one list, newest first; the audit only for admins', async () => {
  await said('one');
  await audit('syncApp', 'shop', { reason: 'to see' });
  await said('two', { kind: 'train-good', data: { by: 'ada' } });
  const { entries, next } = await rig.handlers.listTimeline({}, as('admin'));
  assert.deepEqual(
    entries.map(({ id, kind, what, by, app, text }) => [id, kind, what, by, app, text]),
    [
      ['event-2', 'vote', 'train-good', 'ada', 'shop', 'two'],
      ['audit-1', 'audit', 'syncApp', 'bob', 'shop', 'syncApp shop: to see (done)'],
      ['event-1', 'push', 'push-begun', null, 'shop', 'one'],
    ],
  );
  assert.equal(next, null);
  for (const role of ['viewer', 'developer', 'release-manager'] as const) {
    assert.deepEqual(await texts({}, role), ['two', 'one']);
    assert.deepEqual(await texts({ kinds: 'audit' }, role), []);
    assert.deepEqual(await texts({ text: 'syncApp' }, role), []);
  }
});

test('pages neither skip nor repeat what happened in one moment, while more happens', async () => {
  const { db } = rig.world;
  for (let n = 1; n <= 12; n += 1) {
    await said(`event ${n}`);
    if (n % 3 === 0) await audit('syncApp', 'shop', { reason: `change ${n}` });
  }
  await sql`update events set at = '2026-11-24T12:00:00Z'`.execute(db);
  await sql`update audit set at = '2026-11-24T12:00:00Z'`.execute(db);
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = await rig.handlers.listTimeline(
      { limit: 3, ...(before ? { before } : {}) },
      as('admin'),
    );
    assert.ok(page.entries.length <= 3);
    seen.push(...page.entries.map(({ id }) => id));
    before = page.next ?? undefined;
    await said('meanwhile');
    await audit('syncApp', 'shop');
  } while (before !== undefined);
  assert.equal(new Set(seen).size, 16);
  assert.equal(seen.length, 16);
});

test('a page goes on in its order where times are not in the order of what became visible', async () => {
  for (const text of ['a', 'b', 'c']) await said(text);
  await audit('syncApp', 'shop');
  await sql`update events set at = case text when 'b' then now() + interval '1 hour' else now() end`.execute(
    rig.world.db,
  );
  const first = await rig.handlers.listTimeline({ limit: 2 }, as('admin'));
  const second = await rig.handlers.listTimeline(
    { limit: 2, before: first.next ?? '' },
    as('admin'),
  );
  const all = [...first.entries, ...second.entries].map(({ id }) => id);
  assert.deepEqual(
    all.filter((id) => id.startsWith('event')),
    ['event-3', 'event-2', 'event-1'],
  );
  assert.deepEqual(all.toSorted(), ['audit-1', 'event-1', 'event-2', 'event-3']);
});

test('an app and an environment have what is about them, whichever way it says so', async () => {
  const { id } = await livingEnvironment(rig, { name: 'staging', commit: 'c1' });
  await said('of the app');
  await said('of staging', { kind: 'deploy-begun', environment: id });
  await said('without an app', { app: null, kind: 'rollback-finished', environment: id });
  await said('of books', { app: 'books' });
  await said('of nobody', { app: null, kind: 'duty-silent' });
  await audit('syncApp', 'shop');
  await audit('addApp', 'shop');
  await audit('restartService', 'shop/staging web');
  await audit('restartService', `${id} web`);
  await audit('syncApp', 'books');
  await audit('removePerson', 'shop');
  const short = (all: string[]): string[] =>
    all.map((text) => text.replace(' (done)', '')).toSorted();
  assert.deepEqual(
    short(await texts({ app: 'shop' })),
    [
      `restartService ${id} web`,
      'addApp shop',
      'of staging',
      'of the app',
      'restartService shop/staging web',
      'syncApp shop',
      'without an app',
    ].toSorted(),
  );
  for (const environment of [id, 'shop/staging'])
    assert.deepEqual(
      short(await texts({ environment })),
      [
        `restartService ${id} web`,
        'of staging',
        'restartService shop/staging web',
        'without an app',
      ].toSorted(),
    );
  const { entries } = await rig.handlers.listTimeline({ app: 'shop' }, as('admin'));
  const at = entries.find(({ text }) => text === 'without an app');
  assert.deepEqual([at?.app, at?.environment, at?.environmentName], ['shop', id, 'staging']);
  const byName = entries.find(({ text }) => text.startsWith('restartService shop/staging'));
  assert.deepEqual([byName?.app, byName?.environmentName], ['shop', 'staging']);
});

test('kinds choose; an event of a kind that nobody knows is something else', async () => {
  await said('push');
  await said('vote', { kind: 'train-blocked' });
  await said('lock', { kind: 'freeze-begun' });
  await said('comet', { kind: 'comet-seen' });
  await said('what a log said', { kind: 'log-tail' });
  await audit('syncApp', 'shop');
  assert.deepEqual(await texts({ kinds: 'vote,lock' }), ['lock', 'vote']);
  assert.deepEqual(await texts({ kinds: 'other' }), ['comet']);
  assert.deepEqual(await texts({ kinds: 'audit' }), ['syncApp shop (done)']);
  assert.deepEqual(await texts({}, 'viewer'), ['comet', 'lock', 'vote', 'push']);
  await assert.rejects(texts({ kinds: 'vote,comets' }), isRefusal('timeline/unknown-kind'));
});

test('text is looked for as it is, in whatever case', async () => {
  await said('100 % of Über');
  await said('100 of them_all');
  await audit('syncApp', 'shop', { reason: '100 % sure' });
  assert.deepEqual(await texts({ text: '100 %' }), [
    'syncApp shop: 100 % sure (done)',
    '100 % of Über',
  ]);
  assert.deepEqual(await texts({ text: 'm_A' }), ['100 of them_all']);
  assert.deepEqual(await texts({ text: 'üBER' }), ['100 % of Über']);
  assert.deepEqual(await texts({ text: '%' }, 'viewer'), ['100 % of Über']);
});

test('what people wrote cannot move a cursor', async () => {
  await said('evil \u001b[31mred\u0007\nsecond', { data: { by: 'a\u001b[2Jda' } });
  const { entries } = await rig.handlers.listTimeline({}, as('viewer'));
  assert.deepEqual([entries[0]?.text, entries[0]?.by], ['evil red second', 'ada']);
});

test('a place that is none, and an app and an environment that are not there, are refused', async () => {
  await assert.rejects(texts({ before: 'yesterday' }), isRefusal('timeline/bad-place'));
  await assert.rejects(texts({ app: 'shoes' }), isRefusal('app/unknown'));
  await assert.rejects(texts({ environment: 'shop/nowhere' }), isRefusal('environment/unknown'));
});

test('a page of one app reads a page of its events, however many there are', async () => {
  const { db } = rig.world;
  await sql`insert into events (kind, app, text) select 'push-begun', 'books', 'x' from generate_series(1, 20000)`.execute(
    db,
  );
  await said('needle');
  await sql`insert into events (kind, app, text) select 'push-begun', 'books', 'x' from generate_series(1, 20000)`.execute(
    db,
  );
  await sql`analyze events`.execute(db);
  const plan = await rows<{ 'QUERY PLAN': string }>(
    db,
    sql`explain select * from events where app = 'shop' and id < 9007199254740991 order by id desc limit 101`,
  );
  assert.match(plan.map((line) => line['QUERY PLAN']).join('\n'), /events_of_app/);
  assert.deepEqual(await texts({ app: 'shop' }), ['needle']);
});
