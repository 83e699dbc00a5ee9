import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { DeployHooks } from '../environments/deploy.ts';
import { laneRig, type LaneRig } from './lane-rig.test-data.ts';
import { rollOut } from './roll-out.ts';
import { rollouts } from './tables.ts';

let rig: LaneRig;
afterEach(() => rig?.close());

const hooks: DeployHooks = { whenLive: async () => undefined };
const broken = async (): Promise<never> => {
  throw new Error('the machine room is under water');
};

async function goThrough(more: Partial<DeployHooks>) {
  rig = await laneRig({
    old: 2,
    fresh: 2,
    settings: { strategy: 'canary', steps: [50, 100], bakeMs: 0 },
  });
  const { flow, order, settings } = await rig.lane();
  return rollOut(flow, rig.world, { ...order, settings }, { ...hooks, ...more });
}

const state = async () => (await rollouts.get(rig.world.db, rig.deploy))?.state;

test('what Signalbox itself cannot do ends the rollout in words, and the old release serves', async () => {
  const ended = await goThrough({ inspect: broken });
  assert.equal(ended.outcome, 'failed');
  assert.match(
    'reason' in ended ? ended.reason : '',
    /Signalbox itself failed while it rolled this out: the machine room is under water/,
  );
  assert.equal(await state(), 'failed');
  const { shares, deployId } = await rig.environment();
  assert.deepEqual([shares, deployId], [null, rig.stable]);
  assert.deepEqual(await rig.world.locks.queue(), [], 'the lane is open');
});

test('what breaks after the new release has everything does not take it back', async () => {
  await assert.rejects(goThrough({ whenLive: broken }), /under water/);
  assert.equal(await state(), 'promoted');
  assert.equal((await rig.environment()).deployId, rig.deploy);
});
