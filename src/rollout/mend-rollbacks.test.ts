import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { mendRollbacks } from './mend-rollbacks.ts';
import { retireWarm } from './retire-warm.ts';
import { rollBack } from './roll-back.ts';
import { rollbacks } from './rollback-tables.ts';
import { runOfRollback } from './rollout-workflows.ts';

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
