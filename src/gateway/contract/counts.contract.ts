import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrafficCount, Ticks } from '../traffic.ts';
import {
  type ContractOptions,
  type GatewayUnderTest,
  routeBetween,
  routeTo,
  until,
  versionOf,
} from './gateway-under-test.ts';

const page = { status: 503, title: 'Asleep', text: '', html: null };

export function countFacts(now: () => GatewayUnderTest, { network = true }: ContractOptions): void {
  test('activity has a line for each route, counts its requests and those open', async () => {
    const it = now();
    const { upstream } = await it.instance('one');
    await it.gateway.apply([
      { set: routeTo('shop.test', upstream) },
      { set: routeTo('idle.test', upstream) },
    ]);
    const before = Date.now();
    await it.visit('shop.test');
    const held = await it.hold('shop.test');
    await it.visit('stranger.test');
    const lines = new Map((await it.gateway.activity()).map((line) => [line.host, line]));
    assert.deepEqual([...lines.keys()].sort(), ['idle.test', 'shop.test']);
    assert.equal(lines.get('idle.test')?.lastRequestAt, null);
    const { lastRequestAt, ...line } = lines.get('shop.test')!;
    assert.deepEqual(line, {
      host: 'shop.test',
      path: '/',
      environment: 'env-shop',
      requests: 2,
      openRequests: 1,
      waiting: 0,
    });
    assert.ok(lastRequestAt !== null && lastRequestAt.getTime() >= before - 1);
    held.finish();
    await held.ended;
  });

  test('a host that goes to another environment begins to count anew', async () => {
    const it = now();
    const { upstream } = await it.instance('one');
    await it.gateway.apply([{ set: routeTo('shop.test', upstream) }]);
    await it.visit('shop.test');
    await it.gateway.apply([{ set: { ...routeTo('shop.test', upstream), environment: 'next' } }]);
    const lines = await it.gateway.activity();
    assert.deepEqual(
      lines.map(({ environment, requests }) => [environment, requests]),
      [['next', 0]],
    );
  });

  test('ticks add up to what was sent, by version, instance and class, each read once', async () => {
    const it = now();
    const [a, b] = [await it.instance('a'), await it.instance('b')];
    await it.gateway.apply([
      { set: routeBetween('a.test', [versionOf('va', 100, a)]) },
      { set: routeBetween('b.test', [versionOf('vb', 100, b)]) },
      { set: { ...routeTo('page.test'), target: { kind: 'page', page } } },
    ]);
    for (const path of ['/', '/', '/', '/status/404', '/status/500']) {
      await it.visit('a.test', { path });
    }
    await it.visit('b.test', { path: '/status/302' });
    await it.visit('page.test');
    const counts = await allCounted(it, 7);
    const of = (instance: string) => summed(counts.filter((count) => count.instance === instance));
    assert.deepEqual(of('a').answers, [3, 0, 1, 1]);
    assert.deepEqual([of('a').requests, of('a').bad, of('a').badUsers], [5, 1, 1]);
    assert.deepEqual([of('a').newcomers, of('b').newcomers, of('').newcomers], [5, 1, 0]);
    assert.deepEqual(of('b').answers, [0, 1, 0, 0]);
    assert.deepEqual(of('').answers, [0, 0, 0, 1]);
    assert.ok(counts.every(({ service }) => service === 'web'));
    assert.deepEqual(
      new Set(
        counts.map(({ host, environment, version, instance }) =>
          [host, environment, version, instance].join(' '),
        ),
      ),
      new Set(['a.test env-a va a', 'b.test env-b vb b', 'page.test env-page  ']),
    );
    if (!network) return;
    const { firstByte, total } = of('a');
    assert.deepEqual([firstByte, total], [5, 5], 'every answer has its latencies');
    assert.ok(of('a').bytesOut > 0);
  });

  test('totals grow with the ticks and outlive the gateway', async () => {
    const it = now();
    const one = await it.instance('one');
    await it.gateway.apply([{ set: routeTo('shop.test', one.upstream) }]);
    for (let n = 0; n < 4; n += 1) await it.visit('shop.test');
    const total = async () => summed(await it.gateway.totals()).requests;
    await until('the four are counted', async () => (await total()) === 4);
    const { gateway, ticks } = await it.gateway.ticks(null);
    await it.restart();
    await it.visit('shop.test');
    await until('the fifth is counted, too', async () => (await total()) === 5);
    const after = await it.gateway.ticks(ticks.at(-1)!.number);
    assert.equal(after.gateway, gateway);
    assert.equal(after.lost, 0);
    assert.equal(summed(after.ticks.flatMap((tick) => tick.counts)).requests, 1);
  });
}

/** Reads ticks as a controller does, until so many requests have come. */
async function allCounted(it: GatewayUnderTest, requests: number): Promise<TrafficCount[]> {
  const counts: TrafficCount[] = [];
  let after: number | null = null;
  const read = async (): Promise<Ticks> => {
    const answer = await it.gateway.ticks(after);
    for (const tick of answer.ticks) {
      assert.ok(after === null || tick.number > after, 'numbers grow');
      after = tick.number;
      counts.push(...tick.counts);
    }
    return answer;
  };
  await until(`${requests} requests are counted`, async () => {
    await read();
    return summed(counts).requests >= requests;
  });
  assert.deepEqual((await read()).ticks, [], 'what was read does not come again');
  const again = (await it.gateway.ticks(null)).ticks.flatMap((tick) => tick.counts);
  assert.equal(summed(again).requests, requests, 'and is there for who begins anew');
  return counts;
}

function summed(counts: readonly TrafficCount[]) {
  const sum = (of: (count: TrafficCount) => number) =>
    counts.reduce((total, count) => total + of(count), 0);
  const inBuckets = (buckets: TrafficCount['total']) =>
    buckets.reduce((total, [, count]) => total + count, 0);
  return {
    requests: sum(({ requests }) => requests),
    answers: [0, 1, 2, 3].map((kind) => sum(({ answers }) => answers[kind] ?? 0)),
    bad: sum(({ bad }) => bad),
    badUsers: sum(({ badUsers }) => badUsers),
    newcomers: sum(({ newcomers }) => newcomers),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    firstByte: sum(({ firstByte }) => inBuckets(firstByte)),
    total: sum(({ total }) => inBuckets(total)),
  };
}
