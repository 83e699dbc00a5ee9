import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { applyRoute } from './reroute.ts';
import { cycle } from './cycle.ts';
import { laneFaults } from './lane-faults.ts';
import { environmentId, laneRig, type LaneRig } from './lane-rig.test-data.ts';
import type { StrategyEnd } from './lane.ts';
import { mendHidden } from './mend-hidden.ts';
import { mendRollouts } from './mend-rollouts.ts';
import { Killed, type Death } from './noting-flow.test-data.ts';
import { hiddenInstances, rollouts } from './tables.ts';

let rig: LaneRig;
afterEach(() => rig?.close());

const moments = ['before', 'done, not noted', 'after'] as const;

/** What serves by rows: a route that a dead controller had not told the gateway is told by whoever comes next. */
async function serving(): Promise<number> {
  const { shares } = await rig.environment();
  const has = (deploy: string): boolean =>
    (shares ?? [{ deploy: rig.stable, weight: 100 }]).some(
      (share) => share.deploy === deploy && share.weight > 0,
    );
  const all = await rig.instances();
  return all.filter(({ state, deployId }) => state === 'serving' && has(deployId)).length;
}

/** null: the controller was killed. */
async function live(death: Death | null): Promise<StrategyEnd | null> {
  const lane = await rig.lane(death);
  return cycle(lane).catch((error: unknown) => {
    if (error instanceof Killed) return null;
    throw error;
  });
}

async function isWell(when: string): Promise<void> {
  assert.deepEqual(await laneFaults(rig.world, environmentId), [], when);
  const count = await serving();
  assert.ok(count >= 3, `${count} serve ${when}`);
}

async function endsWell(): Promise<void> {
  const all = await rig.instances();
  const fresh = all.filter(({ deployId }) => deployId === rig.deploy);
  assert.deepEqual(
    fresh.map(({ ordinal, state }) => `${ordinal} ${state}`),
    ['1 serving', '2 serving', '3 serving', '4 serving'],
  );
  const running = (await rig.world.runtime.holdings()).filter(
    ({ kind, running: runs }) => kind === 'service' && runs,
  );
  assert.equal(running.length, 8, 'each was started once');
  assert.deepEqual(await hiddenInstances.all(rig.world.db), []);
}

test('controllers that are killed at every step, one after the other, bring the cycle to its end', async () => {
  rig = await laneRig();
  let deaths = 0;
  // The first step only waits for the lane.
  for (let step = 2; ; step += 1) {
    let end: StrategyEnd | null = null;
    for (const moment of moments) {
      end = await live({ step, moment });
      if (end !== null) break;
      deaths += 1;
      await isWell(`${moment} "${rig.stepNames[step - 1]}"`);
    }
    if (end === null) continue;
    assert.deepEqual(end, { end: 'swing' });
    break;
  }
  assert.ok(deaths > 60, `${deaths} died`);
  await endsWell();
});

test('controllers that are killed between rows and gateway, each time, bring the cycle to its end', async () => {
  rig = await laneRig();
  for (let deaths = 0; ; deaths += 1) {
    // The first time is the route that the dead one left untold.
    rig.dieBeforeGateway(deaths === 0 ? 1 : 2);
    const end = await live(null);
    rig.dieBeforeGateway(0);
    if (end !== null) {
      assert.ok(deaths > 8, `${deaths} died`);
      break;
    }
    await isWell(`after ${deaths} deaths`);
  }
  await endsWell();
});

/** The controller dies in the first step that is called so, and nobody goes on with its run. */
async function abandonedIn(name: string, moment: Death['moment']): Promise<void> {
  rig = await laneRig();
  const wanted = await rig.lane();
  const { step } = wanted.flow;
  const flow = {
    ...wanted.flow,
    async step<T>(named: string, act: () => Promise<T>): Promise<T> {
      if (named.startsWith(name) && moment === 'before') throw new Killed(named);
      const result = await step(named, act);
      if (named.startsWith(name)) throw new Killed(named);
      return result;
    },
  };
  await assert.rejects(cycle({ ...wanted, flow }), Killed);
}

const states = async (side: 'old' | 'new'): Promise<string[]> =>
  (await rig.instances())
    .filter(({ deployId }) => (deployId === rig.deploy) === (side === 'new'))
    .map(({ ordinal, state }) => `${ordinal} ${state}`);

test('who is hidden by a run that is gone is shown or stopped, but not while somebody has the lane', async () => {
  await abandonedIn('drain what is hidden for turn 1', 'before');
  assert.deepEqual(await mendHidden(rig.world), []);
  assert.equal((await hiddenInstances.all(rig.world.db)).length, 2);

  await rig.letGo();
  assert.deepEqual(await mendHidden(rig.world), ['shop/production: showed web 1 and web 2 again']);
  assert.deepEqual(await states('old'), ['1 serving', '2 serving', '3 serving', '4 serving']);
  assert.deepEqual(await hiddenInstances.all(rig.world.db), []);
  const { target } = rig.routes.at(-1) ?? {};
  assert.ok(target?.kind === 'versions');
  const hidden = target.versions.flatMap(({ instances }) =>
    instances.filter(({ state }) => state === 'hidden'),
  );
  assert.deepEqual(hidden, [], 'the gateway knows');
  assert.deepEqual(await mendHidden(rig.world), []);
});

test('a new instance that was being proven is stopped, and a release with nobody else leaves the route', async () => {
  await abandonedIn('smoke-test web 1', 'before');
  await rig.letGo();
  assert.deepEqual(await mendHidden(rig.world), ['shop/production: stopped web 1']);
  assert.deepEqual(await states('new'), []);
  assert.equal((await rig.environment()).shares, null);
  assert.equal((await rig.world.runtime.instance(`run-${rig.deploy}-web-1`))?.state, 'stopped');
  assert.equal(await serving(), 4);
});

test('new instances that were being proven beside others of theirs are stopped, and the others serve on', async () => {
  await abandonedIn('smoke-test web 2, 3', 'before');
  await rig.letGo();
  assert.deepEqual(await mendHidden(rig.world), ['shop/production: stopped web 2 and web 3']);
  assert.deepEqual(await states('new'), ['1 serving']);
  assert.deepEqual(await states('old'), ['1 warm', '2 warm', '3 serving', '4 serving']);
});

test('a run that goes on while its hidden instances are being mended wins', async () => {
  await abandonedIn('drain what is hidden for turn 1', 'before');
  await rig.letGo();
  const { locks } = rig.world;
  const slow = {
    ...rig.world,
    locks: {
      ...locks,
      async queue(name?: string) {
        const queue = await locks.queue(name);
        await rig.takeAgain();
        await rig.lane();
        return queue;
      },
    },
  };
  assert.deepEqual(await mendHidden(slow), []);
  assert.equal((await hiddenInstances.all(rig.world.db)).length, 2);
  const lane = await rig.lane();
  await applyRoute(rig.world, environmentId, lane.fence);
  assert.deepEqual(await cycle(lane), { end: 'swing' });
  await endsWell();
});

test('a rollout whose run broke half way is rolled back', async () => {
  await abandonedIn('smoke-test web 2, 3', 'before');
  assert.deepEqual(await mendRollouts(rig.world), [], 'the lane is held');
  await rig.letGo();
  await mendRollouts(rig.world);
  assert.equal((await rollouts.get(rig.world.db, rig.deploy))?.state, 'rolling-back');
  const { shares, deployId } = await rig.environment();
  assert.deepEqual([shares, deployId], [null, rig.stable]);
  assert.deepEqual(await states('old'), ['1 serving', '2 serving', '3 serving', '4 serving']);
  assert.deepEqual(await laneFaults(rig.world, environmentId), []);
});
