import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Output } from '../../src/api/contract/all.ts';
import { lockHolder } from '../../src/gateway/data-plane/gateway-lock.ts';
import { livingWorkers } from '../../src/gateway/data-plane/worker-register.ts';
import { type GatewayLoad, gatewayLoad } from '../support/gateway-load.ts';
import { killed } from '../support/gateway-story.ts';
import { addApp, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { shell } from '../support/signalbox-cli.ts';
import {
  type Controller,
  eventually,
  testSignalbox,
  type TestSignalbox,
  visit,
} from '../support/signalbox.ts';

// The controller is gone and traffic is not: what the gateway counts meanwhile must arrive, and once.

type Traffic = Output<'getTraffic'>;

const host = 'tea.localhost';
let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let load: GatewayLoad | undefined;
/** Requests of ours that were answered, apart from those of the load. */
let visited = 0;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('tea', {
    'signalbox.yaml':
      'app: tea\nservices:\n  web: { run: node server.js, instances: 2, stop: 1s }\n',
    'server.js': `require('node:http').createServer((request, reply) => reply.end('hello')).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`,
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, /Live: http/);
  await eventually('it serves', async () => {
    const { status } = await visit(signalbox.gatewayPort, host);
    if (status === 200) visited += 1;
    return status === 200;
  });
});

after(async () => {
  await load?.stop();
  await app?.end();
  await signalbox?.end();
});

const traffic = (): Promise<Traffic> =>
  controller.call<Traffic>('GET', '/api/v1/environments/tea%2Fproduction/traffic');

const recorded = async (): Promise<number> =>
  (await traffic()).versions.reduce((sum, { answers }) => sum + answers.success, 0);

function more(visits: number): Promise<unknown> {
  const goal = load!.answered() + visits;
  return eventually(`${visits} more visits`, async () => load!.answered() >= goal);
}

test('what the gateway counts while the controller is dead arrives when it is back, each request once', async () => {
  load = gatewayLoad(signalbox.gatewayPort, host, 1);
  await more(200);
  // The second one dies while it reads what had gathered before.
  for (const awayMs of [6_000, 1_000]) {
    await controller.kill('SIGKILL');
    const until = Date.now() + awayMs;
    while (Date.now() < until) await more(10);
    controller = await signalbox.start();
  }
  await more(100);
  await load.stop();
  assert.deepEqual(load.failures(), {});
  const asked = load.answered() + visited;
  await eventually('all of it is recorded', async () => {
    const now = await recorded();
    assert.ok(now <= asked, `${now} of ${asked}: something was recorded twice`);
    return now === asked;
  });

  const { lostTicks, versions } = await traffic();
  assert.equal(lostTicks, 0);
  const [version] = versions;
  assert.equal(version?.instances.length, 2);
  assert.equal(
    version.series.reduce((sum, { requests }) => sum + requests, 0),
    version.requests,
  );
  const ada = shell({ controller, home: signalbox.directory, directory: app.directory });
  const told = await ada.signalbox(['traffic', 'production']);
  assert.match(told.out, new RegExp(`^web +[0-9a-f]{7} +${version.requests} `, 'm'), told.err);
});

test('a gateway of which nothing lives is brought back by the controller, and goes on counting', async () => {
  const earlier = load!.answered() + visited;
  const directory = join(signalbox.directory, 'data', 'gateway');
  await killed([lockHolder(directory)!, ...livingWorkers(directory)]);
  let again = 0;
  await eventually('it serves', async () => {
    const { status } = await visit(signalbox.gatewayPort, host);
    if (status === 200) again += 1;
    return again === 10;
  });
  await eventually('the new requests are added', async () => (await recorded()) === earlier + 10);
});
