import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { tickingGateway } from '../../test/fakes/ticking-gateway.ts';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { aCount } from '../../test/support/some-counts.ts';
import { rows, sql } from '../db/pool.ts';
import { forgetOldTraffic } from './forget-traffic.ts';
import { recordTraffic } from './record-traffic.ts';

const start = Date.parse('2026-11-20T10:00:30Z');
const minuteMs = 60_000;

let rig: ApiRig;
let busy: string;
let quiet: string;
before(async () => {
  rig = await apiRig();
  const { head } = await shopWithBranches(rig);
  busy = (await livingEnvironment(rig, { name: 'preview/busy', commit: head })).id;
  quiet = (await livingEnvironment(rig, { name: 'preview/quiet', commit: head })).id;
});
after(() => rig.close());

let gateway: ReturnType<typeof tickingGateway>;
beforeEach(async () => {
  const { db } = rig.world;
  gateway = tickingGateway();
  await sql`truncate traffic, traffic_lines, traffic_read, traffic_lately`.execute(db);
  await sql`update traffic_cursor set gateway = null, number = null`.execute(db);
});

const record = () => recordTraffic({ ...rig.world, gateway });

/** So much is told of both environments so long after the start. */
async function latelyAt(ms: number) {
  rig.setNow(new Date(start + ms));
  const { environments } = await rig.handlers.listEnvironments({}, asking());
  const one = await rig.handlers.getEnvironment({ environment: busy }, asking());
  const listed = new Map(environments.map(({ id, lately }) => [id, lately]));
  assert.deepEqual(one.lately, listed.get(busy));
  return [listed.get(busy), listed.get(quiet)];
}

test('all that an environment was asked lately is summed, also what the gateway itself answered', async () => {
  gateway.tick(start / 1000, [
    aCount({ environment: busy, requests: 100, bad: 3 }),
    aCount({ environment: busy, version: 'deploy-2', service: 'api', requests: 10, bad: 1 }),
    aCount({ environment: busy, version: '', instance: '', requests: 5, bad: 5 }),
    aCount({ environment: '', version: '', instance: '', requests: 50, bad: 50 }),
  ]);
  gateway.tick(start / 1000 + 1, [aCount({ environment: busy, requests: 7 })]);
  // Merged by the gateway, because nobody had read it.
  gateway.tick(start / 1000 + 60, [aCount({ environment: busy, requests: 1000, bad: 20 })], 60);
  await record();
  await record();
  const expected = [
    { requests: 1122, bad: 29 },
    { requests: 0, bad: 0 },
  ];
  assert.deepEqual(await latelyAt(2 * minuteMs), expected);
  // Read later, and by another recording: it adds up.
  gateway.tick(start / 1000 + 2, [aCount({ environment: busy, requests: 1 })]);
  gateway.tick(start / 1000 + 2, [aCount({ environment: quiet, requests: 2, bad: 2 })]);
  await record();
  assert.deepEqual(await latelyAt(2 * minuteMs), [
    { requests: 1123, bad: 29 },
    { requests: 2, bad: 2 },
  ]);
});

test('what is older than a quarter of an hour is not counted, nor kept for long', async () => {
  const { db, clock } = rig.world;
  gateway.tick(start / 1000, [aCount({ environment: busy, requests: 10, bad: 1 })]);
  gateway.tick(start / 1000 + 600, [aCount({ environment: busy, requests: 5 })]);
  await record();
  assert.deepEqual((await latelyAt(15 * minuteMs))[0], { requests: 15, bad: 1 });
  assert.deepEqual((await latelyAt(16 * minuteMs))[0], { requests: 5, bad: 0 });
  await forgetOldTraffic({ db, clock });
  assert.deepEqual((await latelyAt(15 * minuteMs))[0], { requests: 15, bad: 1 });
  await latelyAt(180 * minuteMs);
  await forgetOldTraffic({ db, clock });
  assert.deepEqual(await rows(db, sql`select 1 from traffic_lately`), []);
});
