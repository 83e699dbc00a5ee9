import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { isAlive } from '../../src/gateway/data-plane/process-identity.ts';
import { routeTo } from '../../src/gateway/gateway.contract.ts';
import { type GatewayLoad, gatewayLoad } from '../support/gateway-load.ts';
import { ask } from '../support/gateway-rig.ts';
import { type GatewayStory, gatewayStory, killed, shop, total } from '../support/gateway-story.ts';
import { eventually } from '../support/signalbox.ts';

const workers = 3;
const visitors = 6;

let story: GatewayStory;
let load: GatewayLoad;

beforeEach(async () => {
  story = await gatewayStory({ workers });
  const { upstream } = await story.instance('one', ({ url }, response) => {
    if (url !== '/clock') return void response.end('hello');
    const timer = setInterval(() => response.write('tick '), 50);
    response.once('close', () => clearInterval(timer));
  });
  await story.gateway.apply([{ set: routeTo(shop.host, upstream) }]);
  await eventually('all workers serve', async () => story.workers().length === workers);
  load = gatewayLoad(story.port, shop.host, visitors);
  await load.more(50);
});

afterEach(async () => {
  await load?.stop();
  await story?.end();
});

/** An answer without an end. */
interface Clock {
  worker: number;
  /** Resolves with the next tick, or how it ended. */
  goesOn(): Promise<'ticks' | 'cut off'>;
}

async function clock(): Promise<Clock> {
  const asked = get({
    port: story.port,
    path: '/clock',
    headers: { host: shop.host },
    agent: false,
  });
  story.undo.add(() => asked.destroy());
  asked.on('error', () => undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let isCut = false;
  answer.on('error', () => (isCut = true)).resume();
  const worker = story.ownerOf(asked.socket!.localPort!);
  assert.ok(worker !== undefined, 'some worker has the connection');
  return {
    worker,
    async goesOn() {
      if (isCut) return 'cut off';
      return Promise.race([
        once(answer, 'data').then(
          () => 'ticks' as const,
          () => 'cut off' as const,
        ),
        once(answer, 'close').then(() => 'cut off' as const),
      ]);
    },
  };
}

/** At least one at every worker. */
async function clocksEverywhere(): Promise<Clock[]> {
  const clocks: Clock[] = [];
  await eventually('every worker has a long answer', async () => {
    clocks.push(...(await Promise.all([clock(), clock(), clock()])));
    return new Set(clocks.map(({ worker }) => worker)).size === workers;
  });
  return clocks;
}

test('a worker killed under load costs its own connections; the others tick on, and a new one comes', async (t) => {
  const clocks = await clocksEverywhere();
  for (const { pid } of story.workers()) {
    const others = story.workers().filter((worker) => worker.pid !== pid);
    await killed([{ ...story.workers().find((worker) => worker.pid === pid)! }]);
    const killedAt = Date.now();
    await eventually('there are as many as before', async () => story.workers().length === workers);
    t.diagnostic(`a worker was back after ${Date.now() - killedAt} ms`);
    assert.ok(others.every(isAlive), 'its siblings live');
    await load.more(30);
    const living = new Set(others.map((worker) => worker.pid));
    for (const one of clocks) {
      if (living.has(one.worker)) assert.equal(await one.goesOn(), 'ticks');
      if (one.worker === pid) assert.equal(await one.goesOn(), 'cut off');
    }
  }
  const { 'cut off': cut = 0, ...others } = load.failures();
  assert.deepEqual(others, {}, 'nobody was refused, and no answer was wrong');
  assert.ok(cut <= visitors * workers, `each visitor had one connection at a time: ${cut}`);
});

test('the primary process killed under load, again and again: nobody is refused, cut off or not counted', async () => {
  const clocks = await clocksEverywhere();
  const counted = async (): Promise<number> =>
    total(Object.values(await story.counted()).flat(), ({ answers }) => answers[0]);
  for (let round = 0; round < 3; round += 1) {
    // What a successor heard from its predecessor's workers is in memory until its first second is over.
    const answered = load.answered();
    await eventually('a second is written down', async () => (await counted()) >= answered);
    const before = story.primary();
    await killed([before]);
    await load.more(20);
    await eventually('there is a successor', async () => {
      await story.gateway.routes();
      return story.primary()?.pid !== before.pid;
    });
    await load.more(20);
  }
  for (const one of clocks) assert.equal(await one.goesOn(), 'ticks');
  await load.stop();
  assert.deepEqual(load.failures(), {});
  const asked = load.answered();
  await eventually('each is counted', async () => {
    const now = await counted();
    assert.ok(now <= asked, 'and nothing twice');
    if (now < asked) throw new Error(`${now} of ${asked}`);
    return true;
  });
});

test('all of it killed at once: tend brings it back with the routes it had', async () => {
  const instance = await story.instance('two');
  await story.gateway.apply([
    { set: routeTo('other.test', instance.upstream) },
    { remove: { host: 'never.test', path: '/' } },
  ]);
  const before = await story.gateway.routes();
  await load.more(10);
  await killed([story.primary(), ...story.workers()]);
  assert.equal(await story.gateway.tend(), 'restarted');
  await load.more(50);
  assert.deepEqual(await story.gateway.routes(), before);
  assert.equal((await ask({ port: story.port, host: 'other.test' })).text, 'two 0');
  await load.stop();
  const { refused = 0, 'cut off': cut = 0, ...others } = load.failures();
  assert.deepEqual(others, {}, `${refused} were refused and ${cut} cut off, as cannot be helped`);
});
