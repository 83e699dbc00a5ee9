import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { routeBetween, type TestInstance, versionOf } from '../../src/gateway/gateway.contract.ts';
import { ask } from '../support/gateway-rig.ts';
import {
  type Crowd,
  crowd,
  type GatewayStory,
  gatewayStory,
  shop,
  total,
} from '../support/gateway-story.ts';
import { eventually } from '../support/signalbox.ts';

let story: GatewayStory;
let one: TestInstance;
let two: TestInstance;
let users: Crowd;

/** The same versions at the same weights, for people whom nobody knows. */
const street = 'street.test';

before(async () => {
  story = await gatewayStory();
  [one, two] = [await story.instance('one'), await story.instance('two')];
  await weigh(50, 50);
  users = crowd({ port: story.port, size: 40 });
});

after(async () => {
  await users?.stop();
  await story?.end();
});

function weigh(first: number, second: number): Promise<void> {
  const versions = [versionOf('v1', first, one), versionOf('v2', second, two)];
  return story.gateway.apply([
    { set: routeBetween(shop.host, versions) },
    { set: routeBetween(street, versions) },
  ]);
}

const countedOnStreet = async (): Promise<[number, number]> => {
  const { v1, v2 } = await story.counted(street);
  return [total(v1), total(v2)];
};

/** The second version's share of so many strangers, in percent, as the ticks have it. */
async function strangers(count: number): Promise<number> {
  const before = await countedOnStreet();
  for (let n = 0; n < count; n += 20) {
    const some = Array.from({ length: 20 }, () => ask({ port: story.port, host: street }));
    for (const { status } of await Promise.all(some)) assert.equal(status, 200);
  }
  const [first, second] = await eventually('they are counted', async () => {
    const now = await countedOnStreet();
    const more = [now[0] - before[0], now[1] - before[1]] as const;
    return more[0] + more[1] >= count && more;
  });
  assert.equal(first + second, count);
  return (100 * second) / count;
}

test('weights change under load: only those move who must, and the ticks show the shares', async () => {
  let met = await users.meets();
  for (const { weights, grows } of [
    { weights: [80, 20], grows: 'one' },
    { weights: [40, 10], grows: 'neither' },
    { weights: [25, 75], grows: 'two' },
    { weights: [30, 70], grows: 'one' },
  ] as const) {
    const [first, second] = weights;
    await weigh(first, second);
    const now = await users.meets();
    const moved = now.filter((name, index) => name !== met[index]);
    assert.deepEqual(
      moved.filter((name) => name !== grows),
      [],
      `nobody leaves a version that grows or stays, at ${first} to ${second}`,
    );
    met = now;
    const weight = (100 * second) / (first + second);
    const share = await strangers(600);
    assert.ok(Math.abs(share - weight) < 12, `${share} % where ${weight} % were wanted`);
  }
  assert.ok(met.includes('one') && met.includes('two'), met.join());
  assert.deepEqual(users.failures, []);
});

test('weight 0: with the next request every user of the version is elsewhere, and the counts say so', async () => {
  await weigh(100, 0);
  assert.deepEqual(new Set(await users.meets()), new Set(['one']));
  assert.equal(await strangers(200), 0);
  const heard = two.heard.length;
  await users.more(200);
  assert.equal(two.heard.length, heard);
  await users.stop();
  assert.deepEqual(users.failures, []);
  const asked = (name: string): number => users.answers.get(name) ?? 0;
  await eventually('all is counted', async () => {
    const { v1, v2 } = await story.counted();
    assert.ok(total(v1) <= asked('one') && total(v2) <= asked('two'), 'nothing is counted twice');
    return total(v1) === asked('one') && total(v2) === asked('two');
  });
  const all = Object.values(await story.counted()).flat();
  assert.equal(
    total(all, ({ bad, failed, refused }) => bad + failed + refused),
    0,
  );
});
