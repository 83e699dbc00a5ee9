import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { loadConfig } from '../config/load.ts';
import { sql } from '../db/pool.ts';
import type { Flow } from '../workflow/workflow.ts';
import { deploy } from './deploy.ts';
import type { DeployOrder } from './deploy-order.ts';
import { deploys } from './environment-rows.ts';
import { names } from './environment.ts';

let it: ReleaseRig;

beforeEach(async () => {
  it = await releaseRig();
  await it.release({ number: 1, state: 'replaced', instances: 'warm' });
  await it.release({ number: 2, state: 'live', instances: 'serving' });
  await it.serves(2);
  await sql`insert into pushes (id, app_id, branch, commit, by, state)
    select 'push-3', id, 'main', ${it.commits[2]}, 'ada', 'passed' from apps`.execute(it.world.db);
});
afterEach(() => it.close());

const run = 'candidate-3';

async function orderOfThird(): Promise<DeployOrder> {
  const { id, appId, app } = await it.environment();
  // Nothing listens in memory: that it runs is health enough.
  const { config } = loadConfig('app: shop\nservices: { worker: { run: sleep 3600 } }');
  const commit = it.commits[2] ?? '';
  const rest = { push: 'push-3', candidate: 'c3', branch: 'main', main: true, mainBranch: 'main' };
  const place = { environment: id, environmentName: 'production' };
  return { ...rest, ...place, appId, app, commit, config, artifact: 'a3', reset: null };
}

async function deployThird(flow: Flow, inspect: () => Promise<'ready'> = async () => 'ready') {
  const whenLive = async (): Promise<void> => undefined;
  return deploy(flow, it.world, await orderOfThird(), { whenLive, inspect });
}

async function expectRolledBack(done: Awaited<ReturnType<typeof deployThird>>): Promise<void> {
  const reason = 'production was rolled back meanwhile by ada: checkout is broken';
  assert.deepEqual(done, { outcome: 'not wanted any more', reason });
  const { id, deployId: serving } = await it.environment();
  assert.equal(serving, deployId(1));
  const row = await deploys.get(it.world.db, names.deploy({ run, environmentId: id }));
  assert.deepEqual([row?.state, row?.reason], ['superseded', reason]);
  await it.finish();
  assert.deepEqual(await it.living(), ['1 web-1 serving', '1 web-2 serving', '1 worker-1 serving']);
}

test('a deploy that a rollback takes the environment from ends in words, and leaves nothing behind', async () => {
  const done = await deployThird(it.flow(run), async () => {
    assert.equal((await it.rollBack()).kind, 'at once');
    return 'ready';
  });
  await expectRolledBack(done);
});

test('nor does it switch the route when another controller goes on with it after the rollback', async () => {
  let isKilled = false;
  const mortal: Flow = {
    ...it.flow(run),
    step: (_, act) => (isKilled ? Promise.reject(new Error('killed')) : act()),
  };
  const killed = deployThird(mortal, async () => {
    isKilled = true;
    return 'ready';
  });
  await assert.rejects(killed, /killed/);
  await it.rollBack();
  await expectRolledBack(await deployThird(it.flow(run)));
});

test('what breaks for another reason is no rollback', async () => {
  const broken = deployThird(it.flow(run), () => Promise.reject(new Error('the disk is full')));
  await assert.rejects(broken, /the disk is full/);
});
