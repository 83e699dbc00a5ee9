import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiRig, asking, shopWithBranches, type ApiRig } from '../../test/support/api-rig.ts';
import { rows, sql } from '../db/pool.ts';
import { findApp, type App } from '../git/app.ts';
import { freezeApp, freezesOf, liftFreezes } from './freeze.ts';
import { trainRun } from './train.ts';

const now = new Date('2026-11-21T13:30:00Z');
const hourMs = 3_600_000;
const inHours = (hours: number): Date => new Date(now.getTime() + hours * hourMs);

let rig: ApiRig;
let app: App;
const nudged: string[] = [];

before(async () => {
  rig = await apiRig();
  const { head } = await shopWithBranches(rig);
  app = await findApp(rig.world.db, 'shop');
  rig.setNow(now);
  rig.engine.nudge = async (id) => void nudged.push(id);
  await sql`insert into trains (id, app_id, number, planned_at, settings, state, boarded, commit, push_id, departed_at)
    values ('t1', ${app.id}, 1, ${now}, '{}', 'asking', ${head}, ${head}, 'p1', ${now})`.execute(
    rig.world.db,
  );
});
after(() => rig.close());

const inForce = async (at = now) =>
  (await freezesOf(rig.world.db, app.id, at)).map(({ reason }) => reason);
const told = async (kind: string) =>
  (
    await rows<{ text: string }>(
      rig.world.db,
      sql`select text from events where kind = ${kind} and app = 'shop' order by id`,
    )
  ).map(({ text }) => text);
const freeze = (reason: string, until: Date) =>
  freezeApp(rig.world, { app, by: 'ada', until, reason });

test('freezes add up, end by themselves, and are lifted together', async () => {
  const short = await freeze('audit', inHours(1));
  assert.deepEqual(short.until, inHours(1));
  await freeze('fair', inHours(30));
  assert.deepEqual(await inForce(), ['fair', 'audit']);
  assert.deepEqual(await inForce(inHours(1)), ['fair']);
  assert.deepEqual(await inForce(inHours(30)), []);
  assert.deepEqual(await told('freeze-begun'), [
    'No train of shop goes to production until Sat 2026-11-21 14:30 UTC, says ada: audit',
    'No train of shop goes to production until Sun 2026-11-22 19:30 UTC, says ada: fair',
  ]);

  const lifted = await liftFreezes(rig.world, { app, by: 'bob' });
  assert.deepEqual(
    lifted.map(({ reason }) => reason),
    ['fair', 'audit'],
  );
  assert.deepEqual(await inForce(), []);
  assert.deepEqual(await told('freeze-lifted'), [
    'shop may go to production again, says bob. It was frozen by ada: fair; ada: audit',
  ]);
  assert.deepEqual(nudged, Array(3).fill(trainRun('t1')));
  await assert.rejects(liftFreezes(rig.world, { app, by: 'bob' }), { code: 'freeze/none' });
});

test('the same freeze asked for twice is one, and can be had again after it was lifted', async () => {
  const first = await freeze('sale', inHours(2));
  assert.equal((await freeze('sale', inHours(2))).id, first.id);
  assert.deepEqual(await inForce(), ['sale']);
  await liftFreezes(rig.world, { app, by: 'ada' });
  assert.notEqual((await freeze('sale', inHours(2))).id, first.id);
  assert.deepEqual(await inForce(), ['sale']);
  await liftFreezes(rig.world, { app, by: 'ada' });
});

test('a freeze that ends now is refused, and leaves no trace', async () => {
  const before = await told('freeze-begun');
  await assert.rejects(freeze('late', now), { code: 'freeze/in-the-past' });
  assert.deepEqual(await inForce(), []);
  assert.deepEqual(await told('freeze-begun'), before);
});

test("the API reads and shows times by the clocks of the newest green commit's time zone", async () => {
  const { handlers, world } = rig;
  const settings = JSON.stringify({ timezone: 'Asia/Kolkata' });
  await sql`insert into pushes (id, app_id, branch, commit, by, at)
    values ('p1', ${app.id}, 'main', 'c1', 'ada', ${now})`.execute(world.db);
  await sql`insert into platform (push_id, app_id, commit, settings, green_at)
    values ('p1', ${app.id}, 'c1', ${settings}::jsonb, ${now})`.execute(world.db);
  const input = { app: 'shop', until: '20:00', reason: 'fair' };
  const made = await handlers.freezeApp(input, asking());
  assert.equal(made.ends, 'Sat 2026-11-21 20:00 Asia/Kolkata');
  assert.deepEqual(made.until, new Date('2026-11-21T14:30:00Z'));
  assert.deepEqual((await handlers.listFreezes({ app: 'shop' }, asking())).freezes, [made]);
  assert.deepEqual((await handlers.unfreezeApp({ app: 'shop' }, asking())).lifted, [made]);
  assert.deepEqual(await handlers.listFreezes({ app: 'shop' }, asking()), { freezes: [] });
});
