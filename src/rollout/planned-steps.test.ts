import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../config/load.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { cycle } from './cycle.ts';
import { laneRig, type LaneRigOptions } from './lane-rig.test-data.ts';
import { plannedSteps, stepsToCome, type PlannedWay } from './planned-steps.ts';
import type { Lane, StrategyEnd } from './lane.ts';
import type { RolloutSettings, RolloutStep } from './rollout.ts';
import { describeRollout } from './show-rollout.ts';

/** What the API says is to come, before the first step begins and after the last one. */
async function foretold(
  options: LaneRigOptions,
  strategy: (lane: Lane) => Promise<StrategyEnd>,
): Promise<{ before: number[]; begun: number[]; after: number[] }> {
  const rig = await laneRig(options);
  try {
    const lane = await rig.lane();
    const described = () => describeRollout(rig.world.db, rig.deploy);
    const before = (await described()).plan;
    assert.deepEqual(
      before.map(({ step }) => step),
      before.map((_, index) => index + 1),
    );
    assert.deepEqual(await strategy(lane), { end: 'swing' });
    const { steps, plan } = await described();
    const weights = (all: readonly { weight: number }[]): number[] =>
      all.map(({ weight }) => weight);
    return { before: weights(before), begun: weights(steps), after: weights(plan) };
  } finally {
    await rig.close();
  }
}

const shapes = [
  { old: 4, fresh: 4 },
  { old: 1, fresh: 3 },
  { old: 3, fresh: 1 },
  { old: 2, fresh: 5 },
  { old: 0, fresh: 2 },
];

for (const { old, fresh } of shapes)
  test(`the plan of a cycle from ${old} to ${fresh} is what it does`, async () => {
    const { before, begun, after } = await foretold({ old, fresh }, cycle);
    assert.deepEqual(before, begun);
    assert.equal(before.length > 0, old > 0);
    assert.deepEqual(after, []);
  });

test('the plan of a canary is what it does, without the step that is all', async () => {
  const settings = { strategy: 'canary', steps: [5, 30, 100], bakeMs: 0 } as const;
  const of = { old: 1, fresh: 1, settings: { ...settings, steps: [...settings.steps] } };
  const { before, begun, after } = await foretold(of, canary);
  assert.deepEqual([before, begun, after], [[5, 30], [5, 30], []]);
});

test('blue-green without a bake has no steps', async () => {
  const settings = { strategy: 'blue-green', bakeMs: 0 } as const;
  const { before, begun } = await foretold({ old: 1, fresh: 1, settings }, blueGreen);
  assert.deepEqual([before, begun], [[], []]);
});

const settings = loadConfig(
  'app: shop\nservices: { web: { run: a } }\nrollouts: { r: { strategy: canary, steps: [5 %, 25 %, 100 %], bake: 30s } }',
).config.rollouts['r'] as RolloutSettings;
const way: PlannedWay & { state: 'running' } = {
  strategy: 'canary',
  settings,
  stableDeploy: 'd1',
  state: 'running',
  old: 1,
  fresh: 1,
};
const first: RolloutStep = {
  step: 1,
  weight: 5,
  canSee: null,
  beganAt: new Date(0),
  endedAt: null,
  outcome: null,
  why: null,
};

test('the bake is that of the frozen settings; with one blue-green is watched at half of the users', () => {
  assert.deepEqual(plannedSteps(way), [
    { step: 1, weight: 5, bakeMs: 30_000 },
    { step: 2, weight: 25, bakeMs: 30_000 },
  ]);
  assert.deepEqual(plannedSteps({ ...way, strategy: 'blue-green' }), [
    { step: 1, weight: 50, bakeMs: 30_000 },
  ]);
  assert.deepEqual(plannedSteps({ ...way, stableDeploy: null }), []);
});

test('what has begun, what is left out and what an ended rollout never did is not to come', () => {
  const begun = { steps: [first], orders: [] };
  const order = { id: 1, by: 'ada', reason: null, at: new Date(0) };
  const paused = { ...begun, orders: [{ ...order, kind: 'pause' as const }] };
  for (const told of [begun, paused])
    assert.deepEqual(
      stepsToCome(way, told).map(({ step }) => step),
      [2],
    );
  const promoted = { ...begun, orders: [{ ...order, kind: 'promote' as const }] };
  assert.deepEqual(stepsToCome(way, promoted), []);
  const proved = { ...first, endedAt: new Date(1), outcome: 'proved healthy' };
  assert.deepEqual(stepsToCome(way, { steps: [proved], orders: [] }), []);
  assert.deepEqual(stepsToCome({ ...way, state: 'rolled-back' }, begun), []);
});
