import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { liftLane, lockLane, lockLaneOf, locksOfLane } from './lane-lock.ts';
import { abortRollout, pauseRollout, promoteRollout, resumeRollout } from './steer-rollout.ts';
import { hiddenInstances, rolloutOrders } from './tables.ts';

let it: ReleaseRig;

describe('steering', () => {
  before(async () => {
    it = await releaseRig();
    await it.release({ number: 1, state: 'replaced', instances: null });
    await it.release({ number: 2, state: 'live', instances: 'serving' });
    await it.release({ number: 3, state: 'running', instances: 'serving' });
    await it.serves(2);
  });
  after(() => it.close());
  const steering = async (reason: string | null = null) => ({
    environment: await it.environment(),
    by: 'ada',
    reason,
  });

  test('without a rollout there is nothing to steer', async () => {
    for (const act of [pauseRollout, resumeRollout, promoteRollout, abortRollout])
      await assert.rejects(act(it.world, await steering()), { code: 'rollout/none-running' });
  });

  test('pausing, resuming and promoting are written down once, however often they are asked', async () => {
    await it.rollout({ number: 3, stable: 2, state: 'running' });
    for (const times of [1, 2]) {
      const paused = await pauseRollout(it.world, await steering(`lunch ${times}`));
      assert.deepEqual([paused.pausedBy, paused.pauseReason], ['ada', 'lunch 1']);
    }
    for (const _ of [1, 2])
      assert.equal((await resumeRollout(it.world, await steering())).pausedBy, null);
    await pauseRollout(it.world, await steering('again'));
    for (const _ of [1, 2])
      assert.equal((await promoteRollout(it.world, await steering())).pausedBy, null);
    const orders = await rolloutOrders.of(it.world.db, deployId(3));
    assert.deepEqual(
      orders.map(({ kind }) => kind),
      ['pause', 'resume', 'pause', 'promote'],
    );
  });

  test('an aborted rollout has lost its requests when the call ends; nothing of it stays hidden', async () => {
    const { id } = await it.environment();
    const shares = JSON.stringify([
      { deploy: deployId(2), weight: 90, draining: false },
      { deploy: deployId(3), weight: 10, draining: false },
    ]);
    await sql`update environments set shares = ${shares}::jsonb`.execute(it.world.db);
    const hidden = { environmentId: id, owner: deployId(3), epoch: 1, why: 'being proven' };
    await hiddenInstances.put(it.world.db, { instanceId: `run-${deployId(3)}-web-1`, ...hidden });
    const ended = await abortRollout(it.world, await steering('it is slow'));
    assert.deepEqual(
      [ended.state, ended.decision, ended.decidedBy, ended.weight],
      ['rolling-back', 'it is slow', 'ada', 0],
    );
    assert.deepEqual(
      (await it.routed()).map((line) => line.split(' ')[0]),
      [deployId(2), deployId(2)],
    );
    assert.deepEqual(await hiddenInstances.all(it.world.db), []);
    assert.equal((await abortRollout(it.world, await steering())).id, ended.id);
    await assert.rejects(pauseRollout(it.world, await steering()), {
      code: 'rollout/none-running',
    });
    await it.finish();
    assert.deepEqual(await it.living(), [
      '2 web-1 serving',
      '2 web-2 serving',
      '2 worker-1 serving',
    ]);
  });

  test('the judge takes back what is rolled out, also when its step is done twice', async () => {
    await it.release({ number: 4, state: 'running', instances: 'serving' });
    await it.rollout({ number: 4, stable: 2, state: 'running' });
    for (const _ of [1, 2]) {
      const undone = await it.rollBack({ from: deployId(4), by: 'the judge', reason: 'errors' });
      assert.deepEqual([undone.from.number, undone.to.number], [4, 2]);
    }
    await it.finish();
    assert.equal((await it.rollBack({ from: deployId(4) })).to.number, 2);
  });

  test('a rollout that nothing served before ends as failed', async () => {
    await it.release({ number: 5, state: 'running', instances: 'hidden' });
    await it.rollout({ number: 5, stable: null, state: 'running' });
    const ended = await abortRollout(it.world, await steering('wrong branch'));
    assert.deepEqual([ended.state, ended.decision], ['failed', 'wrong branch']);
  });
});

test('a lane is locked and lifted by name and with a reason', async () => {
  const there = await releaseRig();
  try {
    const environment = await there.environment();
    const asked = { environment, by: 'ada', reason: 'the bank is closed' };
    assert.deepEqual(await locksOfLane(there.world.db, environment.id), []);
    assert.deepEqual(await liftLane(there.world, asked), []);
    for (const _ of [1, 2]) assert.equal((await lockLane(there.world, asked)).commit, null);
    const [lifted, ...more] = await liftLane(there.world, { ...asked, by: 'bo', reason: 'over' });
    assert.deepEqual([lifted?.by, lifted?.reason], ['ada', 'the bank is closed']);
    assert.deepEqual([more, await locksOfLane(there.world.db, environment.id)], [[], []]);
  } finally {
    await there.close();
  }
});

test('locks of two bad commits and of a person stand beside each other, and are lifted together', async () => {
  const there = await releaseRig();
  try {
    const environment = await there.environment();
    const { db } = there.world;
    const asked = { environment, by: 'ada', reason: 'holiday' };
    await lockLane(there.world, asked);
    for (const commit of ['a1', 'b2', 'a1'])
      await lockLaneOf(db, environment, { commit, reason: 'it is slow', by: 'the judge' });
    const seen = (await locksOfLane(db, environment.id)).map(({ commit }) => commit);
    assert.deepEqual(seen, ['a1', 'b2', null], 'newest first');
    assert.equal((await liftLane(there.world, asked)).length, 3);
    assert.deepEqual(await locksOfLane(db, environment.id), []);
  } finally {
    await there.close();
  }
});
