import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { loadConfig } from '../config/load.ts';
import { sql } from '../db/pool.ts';
import type { DeployOrder } from '../environments/deploy-order.ts';
import { followPush } from '../environments/follow-push.ts';
import { lockLane, lockLaneOf } from '../rollout/lane-lock.ts';
import type { Flow } from '../workflow/workflow.ts';
import { admitMigrations } from './admit-migrations.ts';
import { byHandHooks } from './by-hand-hooks.ts';

let it: ReleaseRig;

beforeEach(async () => {
  it = await releaseRig();
  await it.release({ number: 1, state: 'replaced', instances: null });
  await it.release({ number: 2, state: 'live', instances: 'serving' });
  await it.serves(2);
});
afterEach(() => it.close());

const because = { by: 'ada', reason: 'checkout is broken' };

async function orderOf(number: number, environmentName = 'production'): Promise<DeployOrder> {
  const { id: environment, appId, app } = await it.environment();
  const { config } = loadConfig('app: shop\nservices: { worker: { run: sleep 3600 } }');
  const place = { environment, environmentName, appId, app, config };
  const rest = { branch: 'main', main: true, mainBranch: 'main', artifact: 'a', reset: null };
  return { ...place, ...rest, push: 'push-by-hand', commit: it.commits[number - 1] ?? '' };
}

const whyNot = async (number: number) =>
  (await byHandHooks(it.world)(await orderOf(number)).whyNot?.()) ?? null;

test('what contains the bad commit of a rollback is not deployed by hand, and what does not is', async () => {
  assert.equal(await whyNot(4), null);
  const commit = it.commits[2] ?? '';
  await lockLaneOf(it.world.db, await it.environment(), { ...because, commit });
  assert.equal(
    await whyNot(4),
    `production is locked by ada: checkout is broken, until ${commit.slice(0, 7)} is reverted or the lock is lifted: signalbox lane shop/production lift --reason "…"`,
  );
  assert.notEqual(await whyNot(3), null);
  assert.equal(await whyNot(1), null);
});

test('past a lock that a person put comes only what serves, and what a rollback starts again', async () => {
  await lockLane(it.world, { environment: await it.environment(), ...because });
  assert.equal(await whyNot(2), null);
  assert.match((await whyNot(1)) ?? '', /^production is locked by ada: checkout is broken, until/);
  assert.equal((await it.rollBack()).kind, 'starting again');
  assert.equal(await whyNot(1), null);
  assert.match((await whyNot(4)) ?? '', /^production is locked/);
});

test('migrations are judged wherever candidates come, and previews have no lane', async () => {
  const hooks = byHandHooks(it.world);
  assert.equal(hooks(await orderOf(4)).admit, admitMigrations);
  assert.deepEqual(hooks(await orderOf(4, 'preview/main')), {});
});

test('a push by hand into a locked lane deploys nothing, and says why', async () => {
  const { db } = it.world;
  await lockLane(it.world, { environment: await it.environment(), ...because });
  const order = await orderOf(4);
  const plan = { ...order, tree: 't', ownCache: false, kinds: ['production'], byHand: true };
  await sql`insert into pushes (id, app_id, branch, commit, by, state)
    values (${order.push}, ${order.appId}, 'main', ${order.commit}, 'ada', 'running')`.execute(db);
  const known: Readonly<Record<string, unknown>> = {
    'read signalbox.yaml': { ...plan, whyNone: null },
    'start the build and what can run beside it': { warm: true, job: null },
    'wait for the build': 'built',
    'wait for the checks': 'passed',
  };
  const plain = it.flow('push-by-hand');
  const step = (name: string, act: () => Promise<unknown>) => known[name] ?? plain.step(name, act);
  await followPush(
    { ...plain, step } as Flow,
    it.world,
    { push: order.push },
    {
      handOver: () => Promise.reject(new Error('It is no candidate.')),
      byHand: byHandHooks(it.world),
    },
  );
  const { rows } = await sql<{ state: string; reason: string }>`
    select state, reason from pushes where id = ${order.push}`.execute(db);
  assert.equal(rows[0]?.state, 'superseded');
  assert.match(rows[0]?.reason ?? '', /^production is locked by ada: checkout is broken/);
});
