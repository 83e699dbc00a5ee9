import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Route } from '../gateway/route.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { cycle } from './cycle.ts';
import { laneFaults } from './lane-faults.ts';
import { environmentId, laneRig, type LaneRig, type LaneRigOptions } from './lane-rig.test-data.ts';
import { rollBack } from './roll-back.ts';
import { hiddenInstances, rollouts } from './tables.ts';

let rig: LaneRig;
afterEach(() => rig?.close());

async function begin(options: LaneRigOptions = {}): Promise<void> {
  rig = await laneRig(options);
}

/** How many a newcomer may meet, by this route. */
function servingIn({ target }: Route): number {
  if (target.kind !== 'versions') return 0;
  return target.versions
    .filter(({ weight, draining }) => weight > 0 && !draining)
    .flatMap((version) => version.instances)
    .filter(({ state }) => state === 'serving').length;
}

const fewest = (): number => Math.min(...rig.routes.map(servingIn));

/** `old` or `new`, number and state of every web instance. */
async function seen(): Promise<string[]> {
  const all = await rig.instances();
  return all
    .map(({ deployId, ordinal, attempt, state }) => {
      const side = deployId === rig.deploy ? 'new' : 'old';
      return `${side} ${ordinal}${attempt > 1 ? ` again` : ''} ${state}`;
    })
    .toSorted();
}

const nothingHidden = async (): Promise<void> =>
  assert.deepEqual(await hiddenInstances.all(rig.world.db), []);

test('four give way to four: never fewer than three serve, each new one comes once, the old ones stay warm', async () => {
  await begin();
  assert.deepEqual(await cycle(await rig.lane()), { end: 'swing' });
  assert.equal(fewest(), 3);
  assert.deepEqual(await seen(), [
    'new 1 serving',
    'new 2 serving',
    'new 3 serving',
    'new 4 serving',
    'old 1 warm',
    'old 2 warm',
    'old 3 warm',
    'old 4 warm',
  ]);
  await nothingHidden();
  assert.deepEqual(await laneFaults(rig.world, environmentId), []);
});

test('the requests are shared by the instances that serve, at every change', async () => {
  await begin();
  await cycle(await rig.lane());
  for (const route of rig.routes) {
    const versions = route.target.kind === 'versions' ? route.target.versions : [];
    const all = servingIn(route);
    for (const { weight, instances } of versions) {
      const serving = instances.filter(({ state }) => state === 'serving').length;
      const due = versions.length === 1 || weight === 0 ? weight : (100 * serving) / all;
      assert.ok(Math.abs(weight - due) < 0.01, JSON.stringify(versions));
    }
  }
});

for (const [old, fresh, least] of [
  [1, 1, 1],
  [2, 5, 2],
  [5, 2, 2],
] as const) {
  test(`${old} give way to ${fresh}`, async () => {
    await begin({ old, fresh });
    assert.deepEqual(await cycle(await rig.lane()), { end: 'swing' });
    const states = await seen();
    assert.equal(states.filter((one) => /^new \d serving$/.test(one)).length, fresh);
    assert.equal(states.filter((one) => /^old \d warm$/.test(one)).length, old);
    assert.ok(fewest() >= least, String(fewest()));
    await nothingHidden();
  });
}

test('the first release of all is proven whole and shown to nobody before the swing', async () => {
  await begin({ old: 0 });
  assert.deepEqual(await cycle(await rig.lane()), { end: 'swing' });
  assert.deepEqual(await seen(), ['new 1 hidden', 'new 2 hidden', 'new 3 hidden', 'new 4 hidden']);
  assert.deepEqual(rig.routes.slice(1), []);
});

const proof = (ordinal: number, attempt: number): string =>
  `job-${rig.deploy}-proof-${ordinal}-${attempt}-web`;

test('an instance that fails its smoke test is replaced once, on files of its own', async () => {
  await begin();
  rig.failing.add(proof(3, 1));
  assert.deepEqual(await cycle(await rig.lane()), { end: 'swing' });
  assert.deepEqual(
    (await seen()).filter((one) => one.startsWith('new')),
    ['new 1 serving', 'new 2 serving', 'new 3 again serving', 'new 4 serving'],
  );
  const files = (await rig.world.runtime.holdings()).filter(({ kind }) => kind === 'workspace');
  assert.ok(files.some(({ id }) => id === `deploy-${rig.deploy}-2`));
  assert.equal((await rig.world.runtime.instance(`run-${rig.deploy}-web-3`))?.state, 'stopped');
  assert.equal(fewest(), 3);
});

test('when the first one fails twice nobody has noticed anything, and the old release has all', async () => {
  await begin();
  rig.failing.add(proof(1, 1)).add(proof(1, 2));
  const end = await cycle(await rig.lane());
  assert.ok(end.end === 'failed', end.end);
  assert.match(end.failed, /smoke test of web 1 failed: exit code 1, and so did its replacement/);
  assert.equal(end.logTail, 'broken\n');
  const states = ['old 1 serving', 'old 2 serving', 'old 3 serving', 'old 4 serving'];
  assert.deepEqual(await seen(), states);
  assert.equal((await rig.environment()).shares, null);
  assert.equal(fewest(), 4);
  await nothingHidden();
});

test('when a later one fails twice the old release has all requests again, also on those that had left', async () => {
  await begin();
  rig.failing.add(proof(4, 1)).add(proof(4, 2));
  assert.deepEqual(await cycle(await rig.lane()), { end: 'rolled back' });
  const { shares, deployId } = await rig.environment();
  assert.deepEqual([shares, deployId], [null, rig.stable]);
  const serving = (await seen()).filter((one) => one.endsWith('serving'));
  assert.deepEqual(serving, ['old 1 serving', 'old 2 serving', 'old 3 serving', 'old 4 serving']);
  const rollout = await rollouts.get(rig.world.db, rig.deploy);
  assert.match(
    `${rollout?.decidedBy}: ${rollout?.decision}`,
    /^the rollout: The smoke test of web 4/,
  );
  assert.ok(fewest() >= 3);
  await nothingHidden();
});

/** When the lane comes to the first step that is called so, this happens before it. */
async function laneWith(before: string, act: () => Promise<void>) {
  const lane = await rig.lane();
  const { step } = lane.flow;
  let done = false;
  return {
    ...lane,
    flow: {
      ...lane.flow,
      async step<T>(name: string, work: () => Promise<T>): Promise<T> {
        if (!done && name.startsWith(before)) {
          done = true;
          await act();
        }
        return step(name, work);
      },
    },
  };
}

test('an old instance that died in the middle of the cycle is started again', async () => {
  await begin();
  const died = `run-${rig.stable}-web-3`;
  const lane = await laneWith('see who leaves in turn 1', () =>
    rig.world.runtime.stopInstance(died),
  );
  assert.deepEqual(await cycle(lane), { end: 'swing' });
  assert.equal((await rig.world.runtime.instance(died))?.state, 'running');
  assert.equal(fewest(), 3);
});

test('an old instance that cannot be started again leaves first, and no living one in its stead', async () => {
  await begin({ settings: { capacityPercent: 100 } });
  const died = `run-${rig.stable}-web-3`;
  const lane = await laneWith('see who leaves in turn 1', async () => {
    await rig.world.runtime.stopInstance(died);
    await rig.world.runtime.removeWorkspace(`deploy-${rig.stable}`);
  });
  assert.deepEqual(await cycle(lane), { end: 'swing' });
  assert.equal(fewest(), 4, 'one new and three old ones');
  assert.equal((await seen()).filter((one) => /^new \d serving$/.test(one)).length, 4);
});

test('a new instance that died while it served and cannot be started again ends the rollout', async () => {
  await begin();
  const lane = await laneWith('see who leaves in turn 2', async () => {
    await rig.world.runtime.stopInstance(`run-${rig.deploy}-web-2`);
    await rig.world.runtime.removeWorkspace(`deploy-${rig.deploy}`);
  });
  assert.deepEqual(await cycle(lane), { end: 'rolled back' });
  const rollout = await rollouts.get(rig.world.db, rig.deploy);
  assert.match(rollout?.decision ?? '', /web 2 died while it served/);
  await nothingHidden();
});

test('a rollback by a person in the middle ends the cycle at its next step', async () => {
  await begin();
  const lane = await laneWith('smoke-test web 2, 3', async () => {
    const environment = await rig.environment();
    await rollBack(rig.world, { environment, by: 'ada', reason: 'it looks wrong' });
  });
  await assert.rejects(
    cycle(lane),
    (error) => error instanceof SignalboxError && error.code === 'rollout/ended',
  );
  assert.deepEqual(
    (await seen()).filter((one) => one.startsWith('old')),
    ['old 1 serving', 'old 2 serving', 'old 3 serving', 'old 4 serving'],
  );
  await nothingHidden();
});
