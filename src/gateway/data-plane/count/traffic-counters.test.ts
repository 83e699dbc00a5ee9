import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bucketStart, lastBucket, latencyBucket } from '../../latency-bucket.ts';
import { Counter, usersRemembered } from './counter.ts';
import { trafficCounters } from './traffic-counters.ts';

const thing = {
  host: 'shop.test',
  path: '/',
  environment: 'environment-1',
  service: 'web',
  version: 'deploy-1',
  instance: 'instance-1',
};
const end = { status: 200, user: '', bytesIn: 10, bytesOut: 100 };
const quick = { firstByteUs: 900, totalUs: 1100 };

test('every kind of event is in its place', () => {
  const counters = trafficCounters();
  const counter = counters.of(thing);
  for (const status of [200, 204, 304, 404, 500]) {
    counter.began('');
    counter.answered({ ...end, ...quick, status });
  }
  counter.began('somebody');
  counter.aborted(end);
  counter.began();
  counter.retried();
  counter.failed({ ...end, status: 502 });
  counter.began();
  counter.failed({ ...end, status: 0 });
  counter.refused(400);
  counter.refused(503);
  assert.deepEqual(counters.take(), [
    {
      ...thing,
      requests: 8,
      answers: [2, 1, 2, 3],
      refused: 2,
      aborted: 1,
      failed: 2,
      retried: 1,
      bad: 4,
      badUsers: 4,
      newcomers: 5,
      bytesIn: 80,
      bytesOut: 800,
      firstByte: [[latencyBucket(900), 5]],
      total: [[latencyBucket(1100), 5]],
    },
  ]);
});

test('a tick has what came since the last one, and only what had anything', () => {
  const counters = trafficCounters();
  const [one, other] = [counters.of(thing), counters.of({ ...thing, instance: 'instance-2' })];
  one.began();
  other.began();
  assert.equal(counters.take().length, 2);
  other.answered({ ...end, ...quick });
  const [line, ...rest] = counters.take();
  assert.deepEqual([line?.instance, line?.requests, rest], ['instance-2', 0, []]);
  assert.deepEqual(counters.take(), []);
  one.began();
  assert.equal(counters.take()[0]?.requests, 1);
});

test('latencies of all sizes are counted once each, in rising order', () => {
  const counters = trafficCounters();
  const counter = counters.of(thing);
  const times = [0, 1, 5, 63, 64, 65, 700, 700, 12_345, 99_999_999, 1e12];
  for (let tick = 0; tick < 3; tick += 1) {
    for (const us of times) counter.answered({ ...end, firstByteUs: us, totalUs: us });
    const { firstByte, total } = counters.take()[0]!;
    const expected = new Map<number, number>();
    for (const us of times) {
      const bucket = latencyBucket(us);
      expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
    }
    assert.deepEqual(firstByte, [...expected]);
    assert.deepEqual(total, firstByte);
    assert.equal(firstByte.at(-1)?.[0], lastBucket);
  }
  assert.ok(bucketStart(latencyBucket(700)) <= 700 && bucketStart(latencyBucket(700) + 1) > 700);
});

test('a user counts once per tick however often it fails; requests without one count each', () => {
  const counters = trafficCounters();
  const counter = counters.of(thing);
  for (const user of ['anna', 'anna', 'ben', '', '']) {
    counter.failed({ ...end, status: 502, user });
  }
  counter.answered({ ...end, ...quick, status: 500, user: 'anna' });
  const first = counters.take()[0]!;
  assert.deepEqual([first.bad, first.badUsers], [6, 4]);
  counter.failed({ ...end, status: 502, user: 'anna' });
  assert.equal(counters.take()[0]?.badUsers, 1);
});

test('beyond the users that are remembered each bad event counts as one', () => {
  const counter = new Counter(thing, () => undefined);
  const failTwice = (user: string): void => {
    counter.failed({ ...end, user });
    counter.failed({ ...end, user });
  };
  for (let index = 0; index < usersRemembered; index += 1) failTwice(`user-${index}`);
  failTwice('one too many');
  assert.equal(counter.take().badUsers, usersRemembered + 2);
});

test('a counter somebody holds is the one that is read, however long it was idle', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const counters = trafficCounters();
  const held = counters.of(thing);
  const forgotten = new WeakRef(counters.of({ ...thing, instance: 'gone' }));
  for (let turn = 0; turn < 50 && forgotten.deref() !== undefined; turn += 1) {
    counters.take();
    await new Promise(setImmediate);
    collect();
  }
  assert.equal(forgotten.deref(), undefined, 'nobody holds it, so it takes no memory');
  assert.equal(counters.of(thing), held);
  held.began();
  assert.equal(counters.take()[0]?.requests, 1);
});
