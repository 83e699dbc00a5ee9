import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot } from '../support/project-files.ts';
import {
  addApp,
  notesFiles,
  sampleApp,
  withPackages,
  type SampleApp,
} from '../support/sample-app.ts';
import { eventually, testSignalbox, visit, type TestSignalbox } from '../support/signalbox.ts';

let signalbox: TestSignalbox;
let app: SampleApp;

before(async () => {
  signalbox = await testSignalbox();
  app = await sampleApp('notes', notesFiles('notes'));
  await withPackages(app, 'pg');
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

test('signalbox down ends all that runs and keeps the data; up starts again what served', async () => {
  const first = await signalbox.start();
  await addApp(first, app);
  await app.commit('main', 'first');
  const pushed = await app.push('signalbox', 'main');
  assert.match(pushed.output, /Live: http/);
  await visit(signalbox.gatewayPort, 'notes.localhost', '/', 'POST');

  const data = `${signalbox.directory}/data`;
  const down = () =>
    promisify(execFile)(`${projectRoot}/bin/signalbox`, ['down', '--data', data, '--json']);
  const ended = JSON.parse((await down()).stdout) as { controller: boolean; workloads: number };
  assert.equal(ended.controller, true);
  assert.equal(ended.workloads, 4, 'web and worker of staging and production');
  const { stdout: processes } = await promisify(execFile)('ps', ['-eo', 'args', '-ww'], {
    maxBuffer: 1e8,
  });
  assert.ok(!processes.includes(signalbox.directory), 'nothing of it runs');
  assert.equal(
    (JSON.parse((await down()).stdout) as { workloads: number }).workloads,
    0,
    'twice is fine',
  );

  await signalbox.start();
  const again = await eventually('production serves again', async () => {
    const answer = await visit(signalbox.gatewayPort, 'notes.localhost');
    return answer.status === 200 ? answer.body : null;
  });
  assert.deepEqual((JSON.parse(again) as { notes: string[] }).notes, ['main'], 'with its data');
});
