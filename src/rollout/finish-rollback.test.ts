import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { rows, sql } from '../db/pool.ts';

let it: ReleaseRig;
before(async () => {
  it = await releaseRig();
});
after(() => it.close());

test('that a rollback has finished is said of its app and environment', async () => {
  await it.release({ number: 2, state: 'replaced', instances: 'warm' });
  await it.release({ number: 3, state: 'live', instances: 'serving' });
  await it.rollout({ number: 3, stable: 2, state: 'promoted' });
  await it.serves(3);
  await it.rollBack();
  await it.finish();
  const told = await rows(
    it.world.db,
    sql`select app, environment from events where kind = 'rollback-finished'`,
  );
  assert.deepEqual(told, [{ app: 'shop', environment: (await it.environment()).id }]);
});
