import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { mendRollbacks } from './mend-rollbacks.ts';
import { retireWarm } from './retire-warm.ts';
import { rollBack } from './roll-back.ts';
import { rollbacks } from './rollback-tables.ts';
import { runOfRollback } from './rollout-workflows.ts';
import { viewLane } from './show-rollout.ts';

let it: ReleaseRig;
const back = () => it.rollBack();
const finish = () => it.finish();

beforeEach(async () => {
  it = await releaseRig();
  await it.release({ number: 2, state: 'replaced', instances: 'warm' });
  await it.release({ number: 3, state: 'live', instances: 'serving' });
  await it.rollout({ number: 3, stable: 2, state: 'promoted' });
  await it.serves(3);
});
afterEach(() => it.close());

test('a controller that dies before the gateway hears of it is mended by the next one', async () => {
  const { gateway, engine } = it.world;
  const broken = {
    ...it.world,
    gateway: { ...gateway, apply: () => Promise.reject(new Error('gone')) },
    engine: { ...engine, start: () => Promise.reject(new Error('gone')) },
  };
  await assert.rejects(
    rollBack(broken, { environment: await it.environment(), by: 'ada', reason: 'x' }),
    /gone/,
  );
  assert.match((await it.routed())[0] ?? '', new RegExp(`^${deployId(3)}`));
  assert.equal((await mendRollbacks(it.world)).length, 1);
  assert.match((await it.routed())[0] ?? '', new RegExp(`^${deployId(2)}`));
  assert.deepEqual(await mendRollbacks(it.world), [], 'its run is under way');
  await finish();
  assert.deepEqual(await mendRollbacks(it.world), []);
});

test('a run that broke is started anew', async () => {
  await back();
  const { id } = (await rollbacks.allOpen(it.world.db))[0]!;
  it.rig.engine.states.set(runOfRollback(id), 'failed');
  assert.equal((await mendRollbacks(it.world)).length, 1);
  assert.ok(it.rig.engine.started.some((run) => run.id.startsWith(`${runOfRollback(id)}-`)));
});

test('no second run is started while the successor of a broken one waits', async () => {
  await back();
  const { id } = (await rollbacks.allOpen(it.world.db))[0]!;
  it.rig.engine.states.set(runOfRollback(id), 'failed');
  const runs = () => it.rig.engine.started.filter(({ name }) => name === 'finish-rollback');
  for (const minutes of [0, 1, 5, 600]) {
    it.rig.setNow(new Date(Date.now() + minutes * 60_000));
    await mendRollbacks(it.world);
    assert.equal(runs().length, 2);
  }
  it.rig.engine.states.set(runs()[1]!.id, 'failed');
  await mendRollbacks(it.world);
  assert.equal(runs().length, 3, 'once it has broken, too, there is another');
});

test('one that cannot be mended does not keep the others from it, and is ended when it is refused', async () => {
  const { db } = it.world;
  await it.release({ number: 1, state: 'replaced', instances: null });
  await back();
  const { id } = (await rollbacks.allOpen(db))[0]!;
  it.rig.engine.started.splice(0);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, config)
    select 'acceptance00', app_id, 'acceptance', 'stage', 'main', 'a.localhost', 'live', config
    from environments where id = 'production00'`.execute(db);
  await sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, reason, by, at)
    values ('old', 'acceptance00', 'x', ${deployId(1)}, 'starting again', 'x', 'ada', now() - interval '1 hour')`.execute(
    db,
  );
  const { engine } = it.world;
  const state = (run: string) =>
    run === runOfRollback(id) ? Promise.reject(new Error('away')) : engine.state(run);
  const mended = await mendRollbacks({ ...it.world, engine: { ...engine, state } });
  assert.match(mended.join('\n'), /old: has ended: Nothing was deployed[^]* mended now: away/);
  assert.deepEqual(
    (await rollbacks.allOpen(db)).map((one) => one.id),
    [id],
  );
  await mendRollbacks(it.world);
  assert.equal(it.rig.engine.started.length, 1);
});

test('the lane shows as warm what runs and is to run on', async () => {
  const { db } = it.world;
  const warm = async () =>
    (await viewLane(db, await it.environment())).warm.map(({ number }) => number);
  await sql`update deploys set warm_until = now() + interval '1 hour' where number = 2`.execute(db);
  assert.deepEqual(await warm(), [2]);
  await sql`update instances set state = 'stopped' where deploy_id = ${deployId(2)}`.execute(db);
  assert.deepEqual(await warm(), [], 'it does not run any more');
  await sql`update instances set state = 'warm' where deploy_id = ${deployId(2)}`.execute(db);
  await sql`update deploys set warm_until = now() - interval '1 hour' where number = 2`.execute(db);
  assert.deepEqual(await warm(), [], 'its time is over');
});

test('a warm release whose time is over stops, and one that serves again does not', async () => {
  await sql`update deploys set warm_until = now() + interval '1 hour' where number = 2`.execute(
    it.world.db,
  );
  assert.deepEqual(await retireWarm(it.world), []);
  it.rig.setNow(new Date(Date.now() + 7_200_000));
  await back();
  assert.deepEqual(await retireWarm(it.world), []);
  await finish();
  assert.equal((await it.living()).length, 3);
});

test('what is retired is gone, and a rollback to it starts it again', async () => {
  await sql`update deploys set warm_until = now() where number = 2`.execute(it.world.db);
  it.rig.setNow(new Date(Date.now() + 60_000));
  assert.equal((await retireWarm(it.world)).length, 1);
  assert.deepEqual(await it.living(), ['3 web-1 serving', '3 web-2 serving', '3 worker-1 serving']);
  const running = (await it.world.runtime.holdings()).filter((one) => one.running);
  assert.equal(running.length, 3);
  assert.equal((await back()).kind, 'starting again');
});

test('a release that is retired while a rollback looks at it starts again instead', async () => {
  await sql`update deploys set warm_until = now() where number = 2`.execute(it.world.db);
  it.rig.setNow(new Date(Date.now() + 60_000));
  const { runtime } = it.world;
  let looks = 0;
  const slow = {
    ...it.world,
    runtime: {
      ...runtime,
      async instance(id: string) {
        const seen = await runtime.instance(id);
        // It has been seen to run, and ends before anything is done with that.
        if ((looks += 1) === 2) await retireWarm(it.world);
        return seen;
      },
    },
  };
  const environment = await it.environment();
  const done = await rollBack(slow, { environment, by: 'ada', reason: 'x' });
  assert.equal(done.kind, 'starting again');
  assert.match((await it.routed())[0] ?? '', new RegExp(`^${deployId(3)}`));
});
