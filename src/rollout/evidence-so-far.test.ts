import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { inMemoryMetricSource } from '../../test/fakes/in-memory-metric-source.ts';
import { tickingGateway } from '../../test/fakes/ticking-gateway.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { aCount } from '../../test/support/some-counts.ts';
import { loadConfig } from '../config/load.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../db/pool.ts';
import { latencyBucket } from '../gateway/latency-bucket.ts';
import { replay } from './analysis/judge.ts';
import { gatherEvidence, judgeSettings, recallEvidence } from './evidence-so-far.ts';
import type { Lane } from './lane.ts';
import { rollouts, rolloutTicks } from './tables.ts';

const { config } = loadConfig(`app: shop
services: { web: { run: node a.js } }
rollouts: { careful: { strategy: canary, judge: { warm-up: 0s } } }
`);
const settings = config.rollouts['careful']!;

let database: OpenDatabase;
let drop: () => Promise<void>;
before(async () => {
  const made = await testDatabase();
  drop = made.drop;
  database = openDatabase(made.url, 3);
  await migrate(database.db);
});
after(async () => {
  await database.close();
  await drop();
});

let gateway: ReturnType<typeof tickingGateway>;
let lane: Lane;
let second = 0;

beforeEach(async () => {
  const { db } = database;
  gateway = tickingGateway();
  await sql`truncate apps, traffic_lines, traffic_read cascade`.execute(db);
  await sql`update traffic_cursor set gateway = null, number = null`.execute(db);
  await sql`insert into apps (id, name) values ('app-1', 'shop')`.execute(db);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, deploy_id)
    values ('environment-1', 'app-1', 'production', 'production', 'main', 'shop.test', 'live', 'old')`.execute(
    db,
  );
  for (const [id, number] of [
    ['old', 1],
    ['new', 2],
  ] as const)
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      values (${id}, 'environment-1', ${number}, 'a', 'c', '{}', 'running')`.execute(db);
  const rollout = { id: 'new', environmentId: 'environment-1', stableDeploy: 'old' };
  await rollouts.begin(db, { ...rollout, strategy: 'canary', settings });
  const world = { db, gateway, log: () => undefined };
  const order = { environment: 'environment-1' };
  // Only what evidence is made of.
  lane = { world, order, deploy: 'new', stable: 'old', settings } as unknown as Lane;
  second = Math.floor(Date.now() / 1000) - 300;
});

/** One second of traffic: requests and bad ones of each release, as fast as said. */
function traffic(
  candidate: { requests: number; bad?: number; us?: number },
  stable: { requests: number; bad?: number; us?: number },
): void {
  const count = (version: string, { requests, bad = 0, us = 1000 }: typeof candidate) =>
    aCount({
      version,
      instance: `${version}-1`,
      requests,
      answers: [requests - bad, 0, 0, bad],
      bad,
      badUsers: bad,
      firstByte: [[latencyBucket(us), requests]],
    });
  gateway.tick(second, [count('new', candidate), count('old', stable)]);
  second += 1;
}

const gather = async () =>
  gatherEvidence(lane, await recallEvidence(lane, new Date(0)), {
    step: 1,
    weight: 10,
    since: new Date(0),
  });

test('a release that fails is seen, and its rows say the same when they are judged again', async () => {
  for (let n = 0; n < 20; n += 1) traffic({ requests: 20, bad: 2 }, { requests: 180 });
  const { verdict, rows } = await gather();
  assert.equal(verdict.action, 'roll back');
  assert.equal(rows, 20);
  const kept = await rolloutTicks.of(database.db, 'new');
  const again = replay(
    judgeSettings(settings),
    kept.map(({ counts }) => counts),
  );
  assert.deepEqual(again.verdict, verdict);
  assert.equal(kept.at(-1)?.e['errors'], String(verdict.evidence[0]?.eLog));
});

test('a slow release is seen: latencies are cut where the old one was before', async () => {
  for (let n = 0; n < 30; n += 1) traffic({ requests: 0 }, { requests: 100, us: 1000 + n * 10 });
  for (let n = 0; n < 20; n += 1)
    traffic({ requests: 20, us: 5000 }, { requests: 180, us: 1000 + n * 10 });
  const { verdict } = await gather();
  assert.equal(verdict.action, 'roll back');
  assert.equal(verdict.worst?.metric, 'latency');
  assert.equal((await rollouts.get(database.db, 'new'))?.cutPoints?.length, 5);
});

test('a second in which more requests were answered than began is judged like any other', async () => {
  const over = (version: string, requests: number, answered: number, us: number) =>
    aCount({
      version,
      instance: `${version}-1`,
      requests,
      newcomers: requests,
      answers: [answered, 0, 0, 0],
      firstByte: [[latencyBucket(us), answered]],
    });
  for (let n = 0; n < 30; n += 1) traffic({ requests: 0 }, { requests: 100 });
  for (let n = 0; n < 20; n += 1) {
    // What is slow ends in the second after the one it began in.
    gateway.tick(second, [over('new', 20, 20 + (n % 3), 50_000), over('old', 180, 181, 1000)]);
    second += 1;
  }
  gateway.tick(second, [over('new', 0, 3, 50_000), over('old', 0, 1, 1000)]);
  const { verdict, rows } = await gather();
  assert.equal(rows, 51);
  assert.deepEqual([verdict.action, verdict.worst?.metric], ['roll back', 'latency']);
});

test('an incident that both have is nobody’s fault', async () => {
  for (let n = 0; n < 40; n += 1) traffic({ requests: 20, bad: 6 }, { requests: 180, bad: 54 });
  assert.equal((await gather()).verdict.action, 'go on');
});

test('nothing is judged twice, whoever gathers and whenever a crash comes', async () => {
  for (let n = 0; n < 10; n += 1) traffic({ requests: 10, bad: 1 }, { requests: 90, bad: 1 });
  const once = await gather();
  const twice = await gather();
  assert.deepEqual(twice.verdict, once.verdict);
  const both = await Promise.all([gather(), gather()]);
  assert.deepEqual(
    both.map(({ rows }) => rows),
    [10, 10],
  );
  assert.equal((await rolloutTicks.of(database.db, 'new')).length, 10);
});

test('a router that sends too much is noticed by its newcomers, and not by users who come often', async () => {
  const newcomers = (version: string, requests: number, some: number) =>
    aCount({
      version,
      instance: `${version}-1`,
      requests,
      answers: [requests, 0, 0, 0],
      newcomers: some,
    });
  for (let n = 0; n < 60; n += 1) {
    // A few regulars make half of the candidate's requests.
    gateway.tick(second, [newcomers('new', 100, 10), newcomers('old', 180, 90)]);
    second += 1;
  }
  assert.equal((await gather()).verdict.action, 'go on');
  for (let n = 0; n < 60; n += 1) {
    gateway.tick(second, [newcomers('new', 40, 40), newcomers('old', 60, 60)]);
    second += 1;
  }
  const { verdict } = await gather();
  assert.deepEqual([verdict.action, verdict.sampleRatio.ok], ['hold', false]);
});

test('without traffic nothing is known, and another source counts where it says something', async () => {
  assert.equal((await gather()).verdict.action, 'wait');
  const orders = inMemoryMetricSource('orders');
  for (let n = 0; n < 3; n += 1) {
    orders.count('new', second + n, { requests: 50, bad: 25 });
    orders.count('old', second + n, { requests: 50, bad: 1 });
  }
  lane.world.metricSources = [orders.source];
  for (let n = 0; n < 3; n += 1) traffic({ requests: 10 }, { requests: 90 });
  const { verdict } = await gather();
  assert.equal(verdict.action, 'roll back');
  assert.equal(verdict.worst?.metric, 'orders');
});
