import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asking } from '../../../test/support/api-rig.ts';
import { deployId, releaseRig, type ReleaseRig } from '../../../test/support/release-rig.ts';
import { sql } from '../../db/pool.ts';

let it: ReleaseRig;

before(async () => {
  it = await releaseRig();
  for (const number of [2, 3]) await it.release({ number, state: 'live', instances: null });
  await it.serves(2);
  await it.rollout({ number: 3, stable: 2, state: 'running' });
});
after(() => it.close());

const rollout = async () => it.rig.handlers.getRollout({ rollout: deployId(3) }, asking());

test('a rollout tells the steps to come from its frozen settings, and what else happens to its app', async () => {
  const { db } = it.world;
  await sql`update rollouts set settings = settings || '{"steps": [5, 25, 100], "bakeMs": 60000}'`.execute(
    db,
  );
  assert.deepEqual((await rollout()).plan, [
    { step: 1, weight: 5, bakeMs: 60_000 },
    { step: 2, weight: 25, bakeMs: 60_000 },
  ]);
  await sql`insert into rollout_steps (rollout_id, step, weight) values (${deployId(3)}, 1, 5)`.execute(
    db,
  );
  await it.rig.handlers.lockLane({ environment: 'shop/production', reason: 'stock' }, asking());
  const { plan, happened, environment } = await rollout();
  assert.deepEqual(plan, [{ step: 2, weight: 25, bakeMs: 60_000 }]);
  const [lock, ...more] = happened;
  assert.deepEqual(more, []);
  assert.deepEqual([lock?.kind, lock?.environment], ['lock', environment]);
  assert.match(lock?.text ?? '', /stock/);
  const lane = await it.rig.handlers.getLane({ environment: 'shop/production' }, asking());
  assert.deepEqual(lane.rollout?.plan, plan);
});
