import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lockHolder } from '../../src/gateway/data-plane/gateway-lock.ts';
import { haproxyProgram } from '../../src/gateway/drivers/haproxy/haproxy-program.ts';
import { livingHaproxy } from '../../src/gateway/drivers/haproxy/running-haproxy.ts';
import { gatewayLoad } from '../support/gateway-load.ts';
import { type SampleApp, sampleApp } from '../support/sample-app.ts';
import type { Shell } from '../support/signalbox-cli.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { type UpProgram, upProgram } from '../support/up-program.ts';

const skip = await haproxyProgram('haproxy').then(
  () => false,
  (error: Error) => error.message,
);
const host = 'tea.localhost';

let app: SampleApp;
let program: UpProgram;
let ada: Shell;

before(async () => {
  app = await sampleApp('tea', {
    'signalbox.yaml':
      'app: tea\nservices:\n  web: { run: node server.js, instances: 2, stop: 5s }\n',
    'server.js': `const server = require('node:http').createServer((request, reply) => reply.end('hello'));
server.listen(process.env.PORT);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`,
  });
  program = await upProgram(app);
});

after(async () => {
  await program?.end();
  await app?.end();
});

const up = async (driver: string): Promise<void> => {
  ada = await program.start('--gateway-driver', driver);
};
const haproxy = () => livingHaproxy(join(program.data, 'haproxy'));
const embedded = () => lockHolder(join(program.data, 'gateway'));

async function pushed(text: string): Promise<void> {
  await app.commit('main', text);
  const { accepted, output } = await app.push('signalbox', 'main');
  assert.ok(accepted && /Live: http/.test(output), output);
}

/** Requests of ours that an instance answered. */
let asked = 0;

const serves = () =>
  eventually('it serves', async () => {
    const { status } = await visit(program.gatewayPort, host);
    if (status === 200) asked += 1;
    return status === 200;
  });

/** Resolves when so many were recorded; more would be some of them twice. */
const recorded = (requests: number) =>
  eventually(`${requests} requests are in the record`, async () => {
    const { versions } = await ada.json<{ versions: { answers: { success: number } }[] }>(
      'traffic',
      'production',
    );
    const now = versions.reduce((sum, { answers }) => sum + answers.success, 0);
    if (now !== requests) throw new Error(`${now} are`);
    return true;
  });

test(
  'signalbox up --gateway-driver haproxy serves an app, and a redeploy under load loses nothing',
  { skip },
  async () => {
    await up('haproxy');
    assert.notEqual(haproxy(), null);
    const { code, err } = await ada.signalbox(['app', 'add', 'tea']);
    assert.equal(code, 0, err);
    await pushed('first');
    await serves();
    const load = gatewayLoad(program.gatewayPort, host, 2);
    await eventually('the first visits', async () => load.answered() > 20);
    await pushed('second');
    const atSwitch = load.answered();
    await eventually('visits of the second', async () => load.answered() > atSwitch + 50);
    await load.stop();
    assert.deepEqual(load.failures(), {});
    asked += load.answered();
    await recorded(asked);
    const { out } = await ada.signalbox(['traffic', 'production']);
    assert.equal(out.match(/^web +[0-9a-f]{7} +[1-9]/gm)?.length, 2, out);
  },
);

test(
  'switched to the embedded gateway on the same data, it serves with no HAProxy left',
  { skip },
  async () => {
    await program.stop();
    await serves();
    await up('embedded');
    assert.equal(haproxy(), null);
    assert.notEqual(embedded(), null);
    // Its routes are there as soon as the controller is.
    assert.equal((await visit(program.gatewayPort, host)).status, 200);
    asked += 1;
    await pushed('third');
    await serves();
    // HAProxy had one without a controller: its count stays with it until it is back.
    await recorded(asked - 1);
  },
);

test(
  'switched to HAProxy again, its last counts arrive and nothing is recorded twice',
  { skip },
  async () => {
    await program.stop();
    await up('haproxy');
    assert.equal(embedded(), null);
    // Not those it had when it was left: the third deploy has other ports.
    assert.equal((await visit(program.gatewayPort, host)).status, 200);
    asked += 1;
    await pushed('fourth');
    await serves();
    await recorded(asked);
  },
);
