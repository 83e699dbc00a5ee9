import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  apiRig,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';
import { names } from './environment.ts';
import { mendLeftovers } from './mend-leftovers.ts';
import { deploys } from './tables.ts';

let rig: ApiRig;
let environment: string;

before(async () => {
  rig = await apiRig();
  const { head } = await shopWithBranches(rig, 'a-page');
  ({ id: environment } = await livingEnvironment(rig, { name: 'preview/a-page', commit: head }));
  await sql`insert into pushes (id, app_id, branch, commit, by, state)
    select 'p1', id, 'a-page', ${head}, 'ada', 'running' from apps`.execute(rig.world.db);
  await sql`insert into deploys (id, environment_id, number, push_id, artifact_key, commit, config, state)
    values ('broken', ${environment}, 2, 'p1', 'a2', ${head}, '{}', 'running')`.execute(
    rig.world.db,
  );
});
after(() => rig.close());

const stateOf = async (id: string) => (await deploys.get(rig.world.db, id))?.state;
const { lock } = names;

test('a deploy whose run broke is ended, once its push has ended and nobody holds the lock', async () => {
  const { db } = rig.world;
  await mendLeftovers(rig.world);
  assert.equal(await stateOf('broken'), 'running', 'its push goes on');

  await sql`update pushes set state = 'failed', ended_at = now()`.execute(db);
  await sql`insert into lock_queue (name, holder) values (${lock(environment)}, 'somebody')`.execute(
    db,
  );
  await mendLeftovers(rig.world);
  assert.equal(await stateOf('broken'), 'running', 'somebody is still at it');

  await sql`delete from lock_queue`.execute(db);
  await mendLeftovers(rig.world);
  assert.equal(await stateOf('broken'), 'failed');
  assert.equal(await stateOf(`d${environment}`), 'live', 'what serves is left alone');
});
