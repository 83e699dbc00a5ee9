import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { runtimeRig, type RuntimeRig } from '../../test/support/runtime-rig.ts';
import { deploys, instances } from '../environments/environment-rows.ts';
import { checkInfrastructure } from './check-infrastructure.ts';
import { infrastructureResults } from './evidence-tables.ts';
import { evidenceRig, type EvidenceRig } from './evidence-rig.test-data.ts';
import { inspectInfrastructure } from './inspect-infrastructure.ts';

let it: EvidenceRig;
let machine: RuntimeRig;
let server: Server;
let commit = '';

const file = `urls:
  home: { url: "\${SIGNALBOX_URL}/", contains: shop }
commands:
  greets: { run: echo $GREETING, prints: hello }
`;

before(async () => {
  it = await evidenceRig();
  machine = await runtimeRig();
  server = createServer((_, reply) => reply.end('the shop'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { order } = it.site('c');
  await deploys.begin(it.rig.world.db, {
    id: 'next',
    environmentId: it.environment.id,
    pushId: null,
    artifactKey: 'a',
    commit: 'c',
    config: order.config,
  });
  await instances.add(it.rig.world.db, {
    id: 'run-next-web-1',
    environmentId: it.environment.id,
    deployId: 'next',
    service: 'web',
    ordinal: 1,
    attempt: 1,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  });
  for (const deploy of ['next', it.deploy])
    await machine.runtime.ensureWorkspace({
      id: `deploy-${deploy}`,
      owner: `environment:${it.environment.id}`,
      isolation: `environment-${it.environment.id}`,
      archives: [],
    });
  commit = await it.commit({ 'infra/checks.yaml': file });
});
after(async () => {
  server?.close();
  await machine?.close();
  await it?.close();
});

const inspect = (path = 'infra/checks.yaml') =>
  inspectInfrastructure(it.site(commit, machine.runtime), path);

test('checks ask the new instances before anybody else does, and each result is kept once', async () => {
  assert.equal(await inspect(), 'ready');
  assert.equal(await inspect(), 'ready');
  const kept = await infrastructureResults.ofCandidate(it.rig.world.db, 'candidate1');
  assert.deepEqual(
    kept.map(({ kind, name, passed }) => [kind, name, passed]),
    [
      ['url', 'home', true],
      ['command', 'greets', true],
    ],
  );
});

test('a failing check stops the deploy with what was expected and what was found', async () => {
  commit = await it.commit({
    'infra/checks.yaml': file.replace('contains: shop', 'contains: prices'),
  });
  const stopped = await inspect();
  assert.ok(stopped !== 'ready' && 'failed' in stopped);
  assert.equal(stopped.failed, '1 of 2 infrastructure checks failed: url home');
  assert.match(stopped.logTail, /^url home: expected .*prices.*; found .*the shop/);
});

test('no file and a file that cannot be used stop it too', async () => {
  const missing = await inspect('infra/none.yaml');
  assert.ok(missing !== 'ready' && 'failed' in missing);
  assert.match(missing.failed, /infra\/none.yaml were not run: [0-9a-f]{7} has no such file/);
  commit = await it.commit({ 'infra/checks.yaml': 'urls: { home: { adress: x } }' });
  const invalid = await inspect();
  assert.ok(invalid !== 'ready' && 'failed' in invalid);
  assert.match(invalid.failed, /infra\/checks.yaml cannot be used/);
});

test('anybody may ask at any time for what serves, by the file of its stage or another one', async () => {
  const world = { ...it.rig.world, runtime: machine.runtime };
  const { environment } = it;
  await assert.rejects(checkInfrastructure(world, { environment }), {
    code: 'infrastructure/no-checks',
  });
  await assert.rejects(checkInfrastructure(world, { environment, path: 'infra/checks.yaml' }), {
    code: 'infrastructure/no-file',
  });
  const deployless = { ...environment, deployId: null };
  await assert.rejects(checkInfrastructure(world, { environment: deployless }), {
    code: 'environment/not-live',
  });
});
