import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tickingGateway } from '../../test/fakes/ticking-gateway.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { aCount, someNumbers } from '../../test/support/some-counts.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../db/pool.ts';
import { latencyBucket } from '../gateway/latency-bucket.ts';
import { mergeBuckets, quantile } from '../gateway/merge-buckets.ts';
import type { LatencyBuckets } from '../gateway/traffic.ts';
import { recordTraffic } from './record-traffic.ts';
import { trafficOf } from './show-traffic.ts';

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

const start = Date.parse('2026-11-20T10:00:00Z');
const clock = { now: () => new Date(start + 5 * 60_000) };
const bucketsOf = (latenciesUs: readonly number[]): LatencyBuckets =>
  latenciesUs
    .map((us): LatencyBuckets => [[latencyBucket(us), 1]])
    .reduce(mergeBuckets, [] as LatencyBuckets);

test('quantiles are right to 1 %', () => {
  const number = someNumbers(3);
  for (const size of [1, 2, 10, 999]) {
    const latencies = Array.from({ length: size }, () => 50 + 1.7 ** number(30)).sort(
      (one, other) => one - other,
    );
    const buckets = bucketsOf(latencies);
    for (const share of [0, 0.5, 0.9, 0.99, 1]) {
      const exact = latencies[Math.max(1, Math.ceil(share * size)) - 1]!;
      const found = quantile(buckets, share)!;
      assert.ok(Math.abs(found / exact - 1) < 0.01, `${share} of ${size}: ${found}, not ${exact}`);
    }
  }
  assert.equal(quantile([], 0.5), null);
});

test('each version is summed over its places and instances, with a series for charts', async () => {
  const { db } = database;
  await sql`insert into apps (id, name) values ('app-1', 'shop')`.execute(db);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state)
    values ('environment-1', 'app-1', 'staging', 'staging', 'main', 'shop.test', 'live')`.execute(
    db,
  );
  for (const [id, number, commit] of [
    ['deploy-1', 1, 'aaaa111'],
    ['deploy-2', 2, 'bbbb222'],
  ] as const)
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      values (${id}, 'environment-1', ${number}, 'a', ${commit}, '{}', 'live')`.execute(db);
  const gateway = tickingGateway();
  const latencies = Array.from({ length: 100 }, (_, index) => 1000 * (index + 1));
  for (const second of [0, 1, 25]) {
    gateway.tick(start / 1000 + second, [
      aCount({ requests: 100, answers: [100, 0, 0, 0], total: bucketsOf(latencies) }),
      aCount({ requests: 20, answers: [20, 0, 0, 0], path: '/old', instance: 'instance-2' }),
      aCount({
        version: 'deploy-2',
        requests: 10,
        answers: [5, 1, 2, 2],
        failed: 1,
        bad: 3,
        badUsers: 2,
      }),
      aCount({ version: '', instance: '', refused: 4 }),
      aCount({ environment: 'environment-2', requests: 1000 }),
    ]);
  }
  // Before the time that is asked for.
  gateway.tick(start / 1000 - 700, [aCount({ requests: 5000 })]);
  await recordTraffic({ db, gateway, log: () => undefined });

  const shown = await trafficOf({ db, clock }, { environment: 'environment-1', minutes: 10 });
  assert.deepEqual([shown.stepSeconds, shown.lostTicks], [10, 0]);
  assert.deepEqual(
    shown.versions.map(({ version, commit, requests, refused }) => [
      version,
      commit,
      requests,
      refused,
    ]),
    [
      ['deploy-2', 'bbbb222', 30, 0],
      ['deploy-1', 'aaaa111', 360, 0],
      ['', null, 0, 12],
    ],
  );
  const [second, first] = shown.versions;
  assert.deepEqual(second?.answers, { success: 15, redirect: 3, clientError: 6, serverError: 6 });
  assert.deepEqual(
    [second?.bad, second?.badShare, second?.badUsers, second?.failed],
    [9, 0.3, 6, 3],
  );
  assert.deepEqual(
    first?.instances.map(({ instance, requests }) => [instance, requests]),
    [
      ['instance-1', 300],
      ['instance-2', 60],
    ],
  );
  for (const [name, ms] of [
    ['p50Ms', 50],
    ['p90Ms', 90],
    ['p95Ms', 95],
    ['p99Ms', 99],
  ] as const)
    assert.ok(Math.abs((first?.total?.[name] ?? 0) / ms - 1) < 0.01, name);
  assert.equal(second?.total, null);
  assert.deepEqual(
    first?.series.map(({ at, requests }) => [(at.getTime() - start) / 1000, requests]),
    [
      [0, 240],
      [20, 120],
    ],
  );
  assert.deepEqual(
    (await trafficOf({ db, clock }, { environment: 'none', minutes: 10 })).versions,
    [],
  );
});

test('longer times have longer steps', async () => {
  const steps = [];
  for (const minutes of [1, 60, 61, 600, 10_080])
    steps.push(
      (await trafficOf({ db: database.db, clock }, { environment: 'x', minutes })).stepSeconds,
    );
  assert.deepEqual(steps, [10, 10, 60, 60, 1800]);
});
