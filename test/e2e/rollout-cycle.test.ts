import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Route } from '../../src/gateway/route.ts';
import { capacityWatch, servingIn } from '../support/capacity-watch.ts';
import { moodyApp, type Mood, type MoodyApp } from '../support/moody-app.ts';
import { returningVisitors } from '../support/returning-visitors.ts';
import { addApp } from '../support/sample-app.ts';
import { testSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { steadyLoad, type SteadyLoad } from '../support/steady-load.ts';

// Four instances give way to four others, a few at a time, while visitors come all the time.

const pipeline = `pipeline:
  stages:
    - production: { rollout: gentle }
rollouts:
  gentle: { strategy: cycle, bake: 0s, drain: 3s, warm: 5m }
`;
const host = 'cycled.localhost';

let signalbox: TestSignalbox;
let app: MoodyApp;
let load: SteadyLoad;

before(async () => {
  signalbox = await testSignalbox();
  app = await moodyApp('cycled', pipeline, 4);
  const controller = await signalbox.start();
  await addApp(controller, app);
  assert.match(await ship({ release: 'first', delayMs: 40 }), /Live: http/);
  load = steadyLoad(signalbox.gatewayPort, host, 60);
});

after(async () => {
  await load?.stop();
  await signalbox?.end();
  await app?.end();
});

async function ship(mood: Mood): Promise<string> {
  await app.release(mood);
  return (await app.push('signalbox', 'main')).output;
}

async function production(): Promise<Route> {
  const route = (await signalbox.routes()).find((one) => one.host === host);
  assert.ok(route, 'production has a route');
  return route;
}

/** `web NUMBER` or `web NUMBER again`, of those in the route, with their state. */
async function inRoute(): Promise<string[]> {
  const { target } = await production();
  const versions = target.kind === 'versions' ? target.versions : [];
  return versions.flatMap(({ instances }) =>
    instances.map(({ instance, state }) => {
      const [, number, attempt] = /-web-(\d+)(-\d+)?$/.exec(instance) ?? [];
      return `web ${number}${attempt === undefined ? '' : ' again'} ${state}`;
    }),
  );
}

const odd = (): string[] =>
  Object.keys(load.seen()).filter((what) => !/^200 (first|good|singed)$/.test(what));

test('a good release replaces every instance, no request fails, enough serve, and nobody falls back to the old one', async (context) => {
  const capacity = capacityWatch(signalbox.routes, host);
  context.after(() => capacity.stop());
  const people = { port: signalbox.gatewayPort, host, count: 6 };
  const visitors = returningVisitors(people, ['first', 'good']);
  context.after(() => visitors.stop());
  const old = (await production()).target;
  const output = await ship({ release: 'good' });
  await visitors.stop();
  await capacity.stop();
  assert.match(output, /Live: http/);
  assert.deepEqual(odd(), []);
  assert.ok((load.seen()['200 good'] ?? 0) > 0 && (load.seen()['200 first'] ?? 0) > 0);
  assert.ok(capacity.looks() > 20, `${capacity.looks()} looks`);
  assert.deepEqual(capacity.faults(), []);
  assert.ok(capacity.fewest() >= 3, `${capacity.fewest()} of 4 served once`);
  assert.deepEqual(visitors.thrownBack(), []);
  assert.deepEqual(visitors.unanswered(), []);
  assert.ok(visitors.known() > 0);
  const all = ['web 1 serving', 'web 2 serving', 'web 3 serving', 'web 4 serving'];
  assert.deepEqual(await inRoute(), all);
  const { target } = await production();
  assert.ok(old.kind === 'versions' && target.kind === 'versions');
  assert.notEqual(target.versions[0]?.version, old.versions[0]?.version);
});

test('an instance whose smoke test fails once is replaced on fresh ground, and the release arrives', async () => {
  const output = await ship({ release: 'singed', smokeFails: 1 });
  assert.match(output, /Starting web 1 \(the replacement\)/);
  assert.match(output, /Live: http/);
  const all = ['web 1 again serving', 'web 2 serving', 'web 3 serving', 'web 4 serving'];
  assert.deepEqual(await inRoute(), all);
  assert.deepEqual(odd(), []);
});

test('when the replacement fails, too, the rollout stops, the old release serves, and nothing stays hidden', async (context) => {
  const capacity = capacityWatch(signalbox.routes, host);
  context.after(() => capacity.stop());
  const before = await production();
  const output = await ship({ release: 'burning', smokeFails: 2 });
  await capacity.stop();
  assert.match(output, /smoke test of web 1 failed: exit code 1, and so did its replacement/);
  assert.match(output, /the smoke test found smoke/);
  assert.deepEqual(await production(), before);
  assert.equal(servingIn(before), 4);
  assert.equal(capacity.fewest(), 4);
  assert.deepEqual(odd(), [], 'nobody met the one that burns');
});
