import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { routeTo } from '../../src/gateway/gateway.contract.ts';
import type { PauseLimits } from '../../src/gateway/route.ts';
import { ask, type Reply } from '../support/gateway-rig.ts';
import { crowd, type GatewayStory, gatewayStory, shop, total } from '../support/gateway-story.ts';
import { eventually } from '../support/signalbox.ts';

let story: GatewayStory;

beforeEach(async () => {
  story = await gatewayStory();
});

afterEach(() => story?.end());

const wide: PauseLimits = { requests: 1_000, bytes: 100_000_000, limitMs: 60_000 };

const waiting = async (): Promise<number> =>
  (await story.gateway.activity()).find(({ host }) => host === shop.host)?.waiting ?? 0;

test('versions are stopped and started behind a pause, five times under load, and nobody notices', async () => {
  const size = 16;
  let now = await story.instance('v0');
  await story.gateway.apply([{ set: routeTo(shop.host, now.upstream) }]);
  const visitors = crowd({ port: story.port, size });
  for (let n = 1; n <= 5; n += 1) {
    await visitors.more(100);
    await story.gateway.apply([{ pause: { ...shop, ...wide } }]);
    // Not two versions at a time: the new one starts when nothing of the old one runs.
    await story.gateway.drain([now.upstream.instance], { limitMs: 60_000 });
    await now.stop();
    await eventually('everybody waits', async () => (await waiting()) === size);
    now = await story.instance(`v${n}`);
    assert.deepEqual(now.heard, []);
    await story.gateway.apply([{ set: routeTo(shop.host, now.upstream) }, { release: shop }]);
    assert.deepEqual(new Set(await visitors.meets()), new Set([`v${n}`]));
  }
  await visitors.stop();
  assert.deepEqual(visitors.failures, []);
  assert.equal(await waiting(), 0);
  const asked = [...visitors.answers.values()].reduce((sum, one) => sum + one, 0);
  const counted = async () => Object.values(await story.counted()).flat();
  await eventually('each is counted once', async () => total(await counted()) === asked);
  assert.equal(
    total(await counted(), ({ refused, bad }) => refused + bad),
    0,
  );
});

test('a switch that takes too long or has too many waiting costs those requests, and only those', async () => {
  const one = await story.instance('one');
  await story.gateway.apply([{ set: routeTo(shop.host, one.upstream) }]);
  const visit = (body?: string): Promise<Reply> =>
    ask({
      port: story.port,
      host: shop.host,
      headers: { accept: 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });

  await story.gateway.apply([{ pause: { ...shop, ...wide, requests: 6, bytes: 20_000 } }]);
  const answers: Reply[] = [];
  const all = Array.from({ length: 30 }, async () => answers.push(await visit('x'.repeat(1000))));
  await eventually('each waits or is refused', async () => {
    return answers.length + (await waiting()) === 30;
  });
  const held = await waiting();
  assert.ok(held >= 1 && held <= 6, `${held} wait`);
  for (const { status, headers, text } of answers) {
    assert.deepEqual(
      [status, headers['content-type']?.split(';')[0]],
      [503, 'application/problem+json'],
    );
    assert.ok(JSON.parse(text));
  }
  // A long body waits in its client; what comes of this one with its head is more than there is room for.
  assert.equal((await visit('x'.repeat(300_000))).status, 503, 'one that is too large alone');
  assert.deepEqual(one.heard, []);
  await story.gateway.apply([{ release: shop }]);
  await Promise.all(all);
  const served = answers.filter(({ status }) => status === 200);
  assert.deepEqual(new Set(served.map(({ text }) => text)), new Set(['one 1000']));
  assert.equal(served.length, held);

  await story.gateway.apply([{ pause: { ...shop, ...wide, limitMs: 300 } }]);
  const late = await Promise.all([visit(), visit('x'.repeat(50_000))]);
  assert.deepEqual(
    late.map(({ status }) => status),
    [503, 503],
  );
  await eventually('the pause ends by itself', async () => (await visit()).status === 200);
  const refused = 30 - held + 1 + late.length;
  await eventually('the refused are counted', async () => {
    const counts = Object.values(await story.counted()).flat();
    return total(counts, (count) => count.refused) >= refused;
  });
});
