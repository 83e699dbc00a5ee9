import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { git } from '../../test/support/api-rig.ts';
import { pipelineRig, type PipelineRig } from '../../test/support/pipeline-rig.ts';
import { sql } from '../db/pool.ts';
import { lockLane, lockLaneOf } from '../rollout/lane-lock.ts';
import { lookAtEntry } from './enter-stage.ts';

let rig: PipelineRig;
before(async () => {
  rig = await pipelineRig('{ production: {} }');
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, config)
    select ${production.id}, id, 'production', 'production', 'main', 'shop.localhost', 'live', '{}' from apps`.execute(
    rig.db,
  );
});
after(() => rig?.close());

const production = {
  id: 'production00',
  app: 'shop',
  name: 'production',
  kind: 'production',
} as const;
const judge = { reason: 'it is slow', by: 'the judge' };

/** A candidate whose commit says it takes this one back. */
async function revertOf(commit: string) {
  const message = `Revert\n\nThis reverts commit ${commit}.`;
  await git(`${rig.directory}/source`, 'commit', '-q', '--allow-empty', '-m', message);
  return rig.begin();
}

test('a candidate gets past the locks of all bad commits, or it waits', async () => {
  const { way: x } = await rig.begin();
  const bad = x.plan.commit;
  await lockLaneOf(rig.db, production, { commit: bad, ...judge });
  assert.deepEqual(await lookAtEntry(rig.world, await revertOf(bad)), { kind: 'go' });
  // The revert is bad for another reason; what takes it back brings the first one again.
  const revert = await git(`${rig.directory}/source`, 'rev-parse', 'HEAD^');
  await lockLaneOf(rig.db, production, { commit: revert, ...judge });
  const entry = await lookAtEntry(rig.world, await revertOf(revert));
  assert.ok(entry.kind === 'wait' && entry.for === 'lane', JSON.stringify(entry));
  assert.deepEqual(await lookAtEntry(rig.world, await revertOf(bad)), { kind: 'go' });
});

test("a person's lock stays beside the judge's, and nothing gets past it", async () => {
  await sql`delete from lane_locks`.execute(rig.db);
  await lockLane(rig.world, { environment: production, by: 'ada', reason: 'holiday' });
  const { way } = await rig.begin();
  await lockLaneOf(rig.db, production, { commit: way.plan.commit, ...judge });
  const entry = await lookAtEntry(rig.world, await revertOf(way.plan.commit));
  assert.deepEqual(entry, {
    kind: 'wait',
    for: 'lane',
    reason: 'production is locked by ada: holiday',
  });
});
