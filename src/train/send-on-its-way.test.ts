import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { trainRig, type TrainRig } from '../../test/support/train-rig.ts';
import { platform } from './platform-tables.ts';
import { sendOnItsWay } from './send-on-its-way.ts';

let rig: TrainRig;

before(async () => {
  rig = await trainRig();
});
after(() => rig?.close());

test('a commit whose file has no train goes at once, and nothing older waits for one any more', async () => {
  await rig.change('ann');
  assert.notEqual(await platform.newest(rig.db, rig.app.id, rig.now()), null);
  const plan = await rig.planOfNext('bob');
  await sendOnItsWay(rig.world)({ ...plan, config: { ...plan.config, train: null } });
  assert.equal(await platform.newest(rig.db, rig.app.id, rig.now()), null);
  const before = (await rig.trains()).length;
  rig.nextHour();
  await rig.tend();
  assert.equal((await rig.trains()).length, before);
  assert.ok(rig.engine.started.some(({ id }) => id.startsWith('candidate-')));
});
