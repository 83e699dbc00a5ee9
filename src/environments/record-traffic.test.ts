import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { someNumbers } from '../../test/support/some-counts.ts';
import { fill, tickingGateway } from '../../test/fakes/ticking-gateway.ts';
import { testDatabase } from '../../test/support/postgres.ts';
import { migrate } from '../db/migrate.ts';
import { openDatabase, rows, sql, type OpenDatabase } from '../db/pool.ts';
import type { LatencyBuckets, TrafficCount } from '../gateway/traffic.ts';
import { bucketBytes, bucketsEnd, bucketsOf } from './bucket-bytes.ts';
import { forgetOldTraffic } from './forget-traffic.ts';
import { recordTraffic } from './record-traffic.ts';
import { traffic } from './traffic-tables.ts';

let database: OpenDatabase;
let url: string;
let drop: () => Promise<void>;

before(async () => {
  ({ url, drop } = await testDatabase());
  database = openDatabase(url, 8);
  await migrate(database.db);
});
after(async () => {
  await database.close();
  await drop();
});
beforeEach(async () => {
  await sql`truncate traffic, traffic_lines, traffic_read`.execute(database.db);
  await sql`update traffic_cursor set gateway = null, number = null, lost = 0, lost_at = null`.execute(
    database.db,
  );
});

const worldWith = (gateway: Parameters<typeof recordTraffic>[0]['gateway']) => {
  const lines: string[] = [];
  return { db: database.db, gateway, lines, log: (line: string) => void lines.push(line) };
};

/** The sums of everything in the table, by line. */
async function stored() {
  const found = await rows<
    Omit<ReturnType<typeof expected>[number], 'hits'> & { totals: Buffer[] }
  >(
    database.db,
    sql`select version, instance, sum(requests)::int as requests, sum(success)::int as success,
          sum(server_error)::int as "serverError", sum(bad_users)::int as "badUsers",
          sum(bytes_out)::bigint as "bytesOut", array_agg(total) as totals
        from traffic t join traffic_lines l on l.id = t.line group by 1, 2 order by 1, 2`,
  );
  return found.map(({ totals, ...sums }) => ({ ...sums, hits: hitsIn(totals.map(bucketsOf)) }));
}

/** The same of what was counted. */
function expected(counts: readonly TrafficCount[]) {
  const lines = Map.groupBy(counts, ({ version, instance }) => `${version} ${instance}`);
  const sum = (some: readonly TrafficCount[], value: (count: TrafficCount) => number): number =>
    some.reduce((total, count) => total + value(count), 0);
  return [...lines.keys()].sort().map((key) => {
    const some = lines.get(key)!;
    return {
      version: some[0]!.version,
      instance: some[0]!.instance,
      requests: sum(some, ({ requests }) => requests),
      success: sum(some, ({ answers }) => answers[0]),
      serverError: sum(some, ({ answers }) => answers[3]),
      badUsers: sum(some, ({ badUsers }) => badUsers),
      bytesOut: sum(some, ({ bytesOut }) => bytesOut),
      hits: hitsIn(some.map(({ total }) => total)),
    };
  });
}

function hitsIn(all: readonly LatencyBuckets[]): Record<number, number> {
  const hits: Record<number, number> = {};
  for (const [bucket, count] of all.flat()) hits[bucket] = (hits[bucket] ?? 0) + count;
  return hits;
}

const start = Math.floor(Date.parse('2026-11-20T10:00:00Z') / 1000);

test('buckets keep every number they had', () => {
  const number = someNumbers(1);
  for (let round = 0; round < 200; round += 1) {
    const buckets = Array.from({ length: number(30) }, (_, index): [number, number] => [
      index * 73 + number(73),
      1 + number(2 ** number(44)),
    ]);
    const bytes = bucketBytes(buckets);
    assert.deepEqual(bucketsOf(bytes), buckets);
    const end = Buffer.from(bucketsEnd.slice(2), 'hex');
    assert.deepEqual(bucketsOf(Buffer.concat([bytes, end, bytes])), [...buckets, ...buckets]);
  }
});

test('every tick is stored once, however often it is asked for', async () => {
  const gateway = tickingGateway(7);
  const world = worldWith(gateway);
  const counts = fill(gateway, { ticks: 50, from: start });
  await recordTraffic(world);
  await recordTraffic(world);
  assert.deepEqual(await stored(), expected(counts));
  const more = fill(gateway, { ticks: 3, from: start + 50 });
  await recordTraffic(world);
  assert.deepEqual(await stored(), expected([...counts, ...more]));
  assert.deepEqual(world.lines, []);
});

test('several controllers at once store every tick once', async () => {
  const gateway = tickingGateway(5);
  const counts = fill(gateway, { ticks: 60, from: start });
  for (let round = 0; round < 6; round += 1)
    await Promise.all([1, 2, 3, 4].map(() => recordTraffic(worldWith(gateway))));
  assert.deepEqual(await stored(), expected(counts));
});

test('a gateway that lost its state is read from its beginning', async () => {
  const gateway = tickingGateway();
  const first = fill(gateway, { ticks: 20, from: start });
  await recordTraffic(worldWith(gateway));
  gateway.loseState();
  await recordTraffic(worldWith(gateway));
  const second = fill(gateway, { ticks: 10, from: start + 100 });
  await recordTraffic(worldWith(gateway));
  gateway.loseState();
  const third = fill(gateway, { ticks: 30, from: start + 200 });
  await recordTraffic(worldWith(gateway));
  assert.deepEqual(await stored(), expected([...first, ...second, ...third]));
  assert.equal((await traffic.cursor(database.db)).lost, 0);
});

test('a gateway that is back after another one is read on from where it was', async () => {
  const [one, other] = [tickingGateway(), tickingGateway()];
  other.loseState();
  const first = fill(one, { ticks: 20, from: start });
  await recordTraffic(worldWith(one));
  const second = fill(other, { ticks: 30, from: start + 100 });
  await recordTraffic(worldWith(other));
  const unread = fill(one, { ticks: 5, from: start + 200 });
  await recordTraffic(worldWith(one));
  await recordTraffic(worldWith(other));
  await recordTraffic(worldWith(one));
  assert.deepEqual(await stored(), expected([...first, ...second, ...unread]));
  assert.equal((await traffic.cursor(database.db)).lost, 0);
});

test('what was lost is counted once, logged and told as an event', async () => {
  const gateway = tickingGateway();
  const world = worldWith(gateway);
  fill(gateway, { ticks: 10, from: start });
  await recordTraffic(world);
  fill(gateway, { ticks: 10, from: start + 10 });
  gateway.forget(15);
  await recordTraffic(world);
  await recordTraffic(world);
  const cursor = await traffic.cursor(database.db);
  assert.deepEqual([cursor.lost, cursor.number], [5, 20]);
  assert.deepEqual(world.lines, [
    'alarm: The counts of up to 5 seconds of traffic are lost: nobody read them for too long',
  ]);
  const events = await rows(database.db, sql`select 1 from events where kind = 'traffic-lost'`);
  assert.equal(events.length, 1);
});

test('a controller killed between reading and storing neither loses nor doubles a tick', async () => {
  const { db } = database;
  // The moment after the counts are in and before the cursor has moved lasts long enough to be met.
  await sql`create function linger() returns trigger language plpgsql as 'begin perform pg_sleep(0.5); return null; end'`.execute(
    db,
  );
  await sql`create trigger linger after insert on traffic for each statement execute function linger()`.execute(
    db,
  );
  for (let portion = 1; portion <= 3; portion += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', recordingProgram()]);
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    while ((await lingering()) === 0 || said.split('read').length <= portion)
      assert.equal(child.exitCode, null);
    child.kill('SIGKILL');
    if (child.signalCode === null) await once(child, 'close');
    while ((await lingering()) > 0);
  }
  await sql`drop trigger linger on traffic`.execute(db);
  const requestsBefore = (await stored())[0]?.requests ?? 0;
  assert.ok(requestsBefore > 0 && requestsBefore < 200, String(requestsBefore));
  const gateway = tickingGateway();
  const counts = fill(gateway, { ticks: 200, from: start });
  await recordTraffic(worldWith(gateway));
  assert.deepEqual(await stored(), expected(counts));
});

/** A controller that only records, five ticks at a time, and says when it has read. */
const recordingProgram = (): string => `
  import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../db/pool.ts'))};
  import { recordTraffic } from ${JSON.stringify(join(import.meta.dirname, 'record-traffic.ts'))};
  import { fill, tickingGateway } from ${JSON.stringify(join(import.meta.dirname, '../../test/fakes/ticking-gateway.ts'))};
  const { db } = openDatabase(${JSON.stringify(url)}, 2);
  const gateway = tickingGateway(5);
  fill(gateway, { ticks: 200, from: ${start} });
  const ticks = async (after) => {
    console.log('read');
    return gateway.ticks(after);
  };
  await recordTraffic({ db, gateway: { ticks }, log() {} });`;

async function lingering(): Promise<number> {
  const found = await rows(
    database.db,
    sql`select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
  );
  return found.length;
}

test('after two hours seconds become minutes, after a week they go, and sums stay the same', async () => {
  const gateway = tickingGateway();
  const counts = fill(gateway, { ticks: 200, from: start });
  await recordTraffic(worldWith(gateway));
  const clock = { now: () => new Date((start + 7200 + 130) * 1000) };
  const world = { db: database.db, clock };
  await Promise.all([forgetOldTraffic(world), forgetOldTraffic(world), forgetOldTraffic(world)]);
  assert.deepEqual(await stored(), expected(counts));
  const spans = await rows<{ seconds: number; minute: number; n: number }>(
    database.db,
    sql`select seconds, extract(epoch from date_trunc('minute', at))::int / 60 - ${start / 60} as minute,
          count(*)::int as n from traffic t join traffic_lines l on l.id = t.line
        where version = 'always' group by 1, 2 order by 2`,
  );
  assert.deepEqual(spans, [
    { seconds: 60, minute: 0, n: 1 },
    { seconds: 60, minute: 1, n: 1 },
    { seconds: 1, minute: 2, n: 60 },
    { seconds: 1, minute: 3, n: 20 },
  ]);
  const later = {
    db: database.db,
    clock: { now: () => new Date((start + 7 * 86_400 + 400) * 1000) },
  };
  await forgetOldTraffic(later);
  assert.deepEqual(await stored(), []);
  assert.deepEqual(await rows(database.db, sql`select 1 from traffic_lines`), []);
});
