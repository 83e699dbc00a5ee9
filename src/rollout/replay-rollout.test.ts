import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { judgeTick, newJudge, verdictOf } from './analysis/judge.ts';
import type { JudgedTick } from './analysis/judged-tick.ts';
import { judgeSettings } from './evidence-so-far.ts';
import { replayRollout } from './replay-rollout.ts';
import { describeRollout, listRollouts, viewLane } from './show-rollout.ts';
import { rollouts, rolloutSteps, rolloutTicks } from './tables.ts';

let it: ReleaseRig;
const id = deployId(3);

before(async () => {
  it = await releaseRig();
  await it.release({ number: 2, state: 'live', instances: null });
  await it.release({ number: 3, state: 'running', instances: null });
  await it.serves(2);
  await it.rollout({ number: 3, stable: 2, state: 'running' });
  await writeTicks();
});
after(() => it.close());

/** A minute in which the new release gets worse and worse, judged as a rollout does. */
async function writeTicks(): Promise<void> {
  const { settings } = (await rollouts.get(it.world.db, id))!;
  let judge = newJudge(judgeSettings(settings));
  for (let tick = 1; tick <= 60; tick += 1) {
    const slower = [50, 25, 10, 5, 1];
    const counts: JudgedTick = {
      candidate: { requests: 100, bad: Math.floor(tick / 10), slower },
      stable: { requests: 100, bad: tick % 2, slower },
      replicas: [{ requests: 100, bad: tick % 2, slower }],
      extra: {},
      share: null,
    };
    judge = judgeTick(judge, counts);
    const { evidence, action } = verdictOf(judge);
    const e = Object.fromEntries(evidence.map(({ metric, eLog }) => [metric, String(eLog)]));
    const row = { tick, step: 1, second: 1_800_000_000 + tick, counts, e, action };
    await rolloutTicks.add(it.world.db, id, row);
  }
}

test('the verdict made from the rows alone is the one that was written down', async () => {
  const { ticks, verdict, differences } = await replayRollout(it.world.db, id);
  assert.deepEqual([ticks, differences], [60, []]);
  assert.equal(verdict?.action, 'roll back');
  await assert.rejects(replayRollout(it.world.db, 'none'), { code: 'rollout/unknown' });
});

test('what was judged is shown in sums, with its steps and its environment', async () => {
  await rolloutSteps.begin(it.world.db, id, { step: 1, weight: 10, canSee: 'twice as bad' });
  const shown = await describeRollout(it.world.db, id);
  assert.deepEqual(
    [shown.app, shown.environmentName, shown.number, shown.stableCommit],
    ['shop', 'production', 3, it.commits[1]],
  );
  assert.deepEqual(
    shown.steps.map(({ canSee }) => canSee),
    ['twice as bad'],
  );
  const { ticks, candidate, stable, action, metrics } = shown.evidence;
  assert.deepEqual(
    [ticks, candidate, stable, action],
    [60, { requests: 6000, bad: 156 }, { requests: 6000, bad: 30 }, 'roll back'],
  );
  assert.deepEqual(metrics.map(({ metric }) => metric).sort(), ['errors', 'latency']);
  assert.equal((await listRollouts(it.world.db, { environmentId: null, limit: 5 })).length, 1);
  const { rollout, locks, warm } = await viewLane(it.world.db, await it.environment());
  assert.deepEqual([rollout?.id, locks, warm], [id, [], []]);
});

test('a count, an e-value or an action that was changed afterwards is found', async () => {
  const { db } = it.world;
  await sql`update rollout_ticks set action = 'hold' where tick = 60`.execute(db);
  await sql`update rollout_ticks set e = jsonb_set(e, '{errors}', '"0.5"') where tick = 59`.execute(
    db,
  );
  const edited = await replayRollout(db, id);
  assert.deepEqual(
    edited.differences.map(({ tick, what, stored }) => [tick, what, stored]),
    [
      [59, 'errors', '0.5'],
      [60, 'action', 'hold'],
    ],
  );
  await sql`update rollout_ticks set counts = jsonb_set(counts, '{candidate,bad}', '50') where tick = 1`.execute(
    db,
  );
  assert.ok((await replayRollout(db, id)).differences.length > 50);
});
