import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setSecret } from '../environments/secret.ts';
import { laneRig, type LaneRig } from './lane-rig.test-data.ts';
import { startHidden } from './start-hidden.ts';
import { tryHealth } from './try-hidden.ts';

let rig: LaneRig;
before(async () => {
  rig = await laneRig();
});
after(() => rig?.close());

test('what an app prints before it dies is told without its secrets', async () => {
  const { db, key } = rig.world;
  const { appId } = await rig.environment();
  const value = 'open-sesame';
  const secret = { appId, scope: 'production', name: 'TOKEN', value, by: 'ada' } as const;
  await setSecret(db, key, secret);
  const lane = await rig.lane();
  const { web } = lane.order.config.services;
  assert.ok(web);
  const services = { web: { ...web, run: `echo ${value}; exit 1` } };
  const order = { ...lane.order, config: { ...lane.order.config, services } };
  const proving = { ordinals: [1], label: 'web 1' };
  await startHidden({ ...lane, order }, proving, 1);
  const failures = await tryHealth({ ...lane, order }, proving, 1);
  assert.equal(failures.length, 1);
  assert.match(failures[0]?.logTail ?? '', /^\[TOKEN\]$/m);
  assert.doesNotMatch(JSON.stringify(failures), new RegExp(value));
});
