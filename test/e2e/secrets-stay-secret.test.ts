import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { addApp, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { testSignalbox, visit, type Controller, type TestSignalbox } from '../support/signalbox.ts';

const canary = 'canary-4f1d9c0e-value-nobody-may-see';
const controllersOwn = 'controllers-own-2b7e151628aed2a6';

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;

before(async () => {
  process.env['CONTROLLERS_OWN'] = controllersOwn;
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('vault', {
    'signalbox.yaml':
      'app: vault\nsecrets: [PAY_KEY]\nchecks: { look: "env; true" }\nbuild: { run: "env > built-with.txt" }\nservices:\n  web: { run: node server.js }\n',
    // It says its secret aloud, as careless apps do.
    'server.js': `console.log('my key is', process.env.PAY_KEY);
require('node:http').createServer((request, reply) => reply.end(JSON.stringify({
  key: process.env.PAY_KEY, variables: process.env, built: require('node:fs').readFileSync('built-with.txt', 'utf8'),
}))).listen(process.env.PORT);`,
  });
  await addApp(controller, app);
});

after(async () => {
  delete process.env['CONTROLLERS_OWN'];
  await app?.end();
  await signalbox?.end();
});

test('a missing secret is refused by name, with the command that sets it', async () => {
  await app.commit('main', 'first');
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, /needs PAY_KEY/);
  assert.match(output, /signalbox secret set --app vault --for staging PAY_KEY/);
});

test('a secret reaches the app and nothing else: no log, answer, process list, file or build', async () => {
  for (const scope of ['staging', 'production']) {
    await controller.call('PUT', `/api/v1/apps/vault/secrets/${scope}/PAY_KEY`, {
      value: scope === 'staging' ? canary : 'another-value',
    });
  }
  await app.commit('main', 'again');
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, /Live: http/, output);
  const page = await visit(signalbox.gatewayPort, 'staging--vault.localhost');
  const seen = JSON.parse(page.body) as {
    key: string;
    variables: Record<string, string>;
    built: string;
  };
  assert.equal(seen.key, canary, 'the app has it');
  assert.ok(!seen.built.includes(canary), 'the build has not');
  assert.ok(
    !JSON.stringify(seen).includes(controllersOwn),
    'nothing of the controller’s environment',
  );
  assert.equal(seen.variables['DATABASE_URL'], undefined);

  const { stdout: processes } = await promisify(execFile)('ps', ['-eo', 'args', '-ww'], {
    maxBuffer: 1e8,
  });
  assert.ok(!processes.includes(canary), 'process list');
  assert.ok(!output.includes(canary), 'push output');
  const answers = await Promise.all(
    [
      '/api/v1/environments',
      '/api/v1/environments/vault%2Fstaging',
      '/api/v1/apps/vault/secrets',
      '/api/v1/audit',
      '/api/v1/pushes?app=vault',
      '/api/v1/doctor',
      '/api/v1/status',
      '/api/v1/environments/vault%2Fstaging/deploys',
    ].map(async (path) => JSON.stringify(await controller.call('GET', path))),
  );
  assert.ok(!answers.join('').includes(canary), 'API answers');
  const logs = await fetch(`${controller.url}/api/v1/environments/vault%2Fstaging/logs?tail=100`, {
    headers: { authorization: `Bearer ${controller.token}`, accept: 'text/plain' },
  });
  const text = await logs.text();
  assert.match(text, /my key is/);
  assert.ok(!text.includes(canary), 'logs as shown');
  assert.ok(!controller.log().includes(canary), 'the controller’s own log');
});

test('at rest it is sealed: not in the database’s files nor anywhere in the data directory but the app’s own log', async () => {
  await controller.call('POST', '/api/v1/apps', { name: 'flush' });
  const files = await readdir(`${signalbox.directory}/data`, {
    recursive: true,
    withFileTypes: true,
  });
  const found: string[] = [];
  for (const file of files.filter((one) => one.isFile())) {
    const path = `${file.parentPath}/${file.name}`;
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (bytes.includes(canary)) found.push(path);
  }
  assert.deepEqual(
    found.filter((path) => !path.includes('/runtime/') || !/log/.test(path)),
    [],
  );
});
