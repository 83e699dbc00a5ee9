import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  ask,
  type Cleanup,
  cleanup,
  freePort,
  freshDirectory,
  startInstance,
} from '../../../../test/support/gateway-rig.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { isAlive } from '../../data-plane/process-identity.ts';
import { livingWorkers } from '../../data-plane/worker-register.ts';
import { routeTo } from '../../gateway.contract.ts';
import { embeddedGateway, restartGateway } from './embedded-gateway.ts';
import type { GatewayPlace } from './start-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

let undo: Cleanup;
let directory: string;
let port: number;
const place = (): GatewayPlace => ({
  directory,
  listen: `127.0.0.1:${port}`,
  settings: { workers: 1 },
});
const pidNow = () => lockHolder(directory)!.pid;

beforeEach(async () => {
  undo = cleanup();
  directory = join(await freshDirectory(undo), 'gateway');
  port = await freePort();
  undo.add(() => stopGateway(directory, 500));
});
afterEach(() => undo.run());

/** The primary process and all workers, so that nobody brings a successor. */
async function allKilled(): Promise<void> {
  const all = [lockHolder(directory)!, ...livingWorkers(directory)];
  for (const { pid } of all) process.kill(pid, 'SIGKILL');
  while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A controller of its own process, which has its gateway when this resolves. */
async function controller(): Promise<ChildProcess> {
  const code = `
    import { embeddedGateway } from ${JSON.stringify(join(import.meta.dirname, 'embedded-gateway.ts'))};
    const gateway = await embeddedGateway(${JSON.stringify(place())});
    console.log('ready', await gateway.tend());
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    env: { ...process.env, DATABASE_URL: 'postgres://canary-secret@nowhere/x' },
  });
  undo.add(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a gateway of which nothing lives is brought back by tend, with its routes', async () => {
  const gateway = await embeddedGateway(place());
  const { upstream } = await startInstance(undo, { name: 'one' });
  await gateway.apply([{ set: routeTo('shop.test', upstream) }]);
  const before = pidNow();
  await allKilled();
  assert.equal(await gateway.tend(), 'restarted');
  assert.equal(await gateway.tend(), 'alive');
  assert.notEqual(pidNow(), before);
  assert.equal((await ask({ port, host: 'shop.test' })).text, 'one');
});

test('without tend, the next call brings it back', async () => {
  const gateway = await embeddedGateway(place());
  const { upstream } = await startInstance(undo, { name: 'one' });
  await allKilled();
  await gateway.apply([{ set: routeTo('shop.test', upstream) }]);
  assert.equal((await ask({ port, host: 'shop.test' })).text, 'one');
});

test('it serves on when its controller is killed, knows nothing of its secrets, and is adopted', async () => {
  const child = await controller();
  const first = pidNow();
  const { upstream } = await startInstance(undo, { name: 'one' });
  const early = await embeddedGateway(place());
  await early.apply([{ set: routeTo('shop.test', upstream) }]);
  process.kill(-child.pid!, 'SIGKILL');
  await once(child, 'exit');
  assert.equal((await ask({ port, host: 'shop.test' })).text, 'one');
  const late = await embeddedGateway(place());
  assert.equal((await late.routes()).length, 1);
  assert.equal(pidNow(), first);
  for (const { pid } of [{ pid: first }, ...livingWorkers(directory)]) {
    assert.doesNotMatch(await readFile(`/proc/${pid}/environ`, 'latin1'), /canary-secret/);
  }
});

test('controllers that start at once share one gateway, also behind a dead one', async () => {
  const start = () => embeddedGateway(place());
  await Promise.all([start(), start(), start()]);
  await allKilled();
  const [one] = await Promise.all([start(), start(), start()]);
  assert.deepEqual(await one.entrance(), { scheme: 'http', port });
  const files = await readdir(directory);
  assert.equal(files.filter((name) => name.startsWith('lock-')).length, 1);
  assert.deepEqual(
    files.filter((name) => name.startsWith('claim-')),
    [],
  );
});

test('a restart puts other processes in their place, and what was open is answered', async () => {
  const gateway = await embeddedGateway(place());
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  const { upstream } = await startInstance(undo, {
    name: 'slow',
    app: (_request, response) => arrive(() => response.end('at last')),
  });
  await gateway.apply([{ set: routeTo('shop.test', upstream) }]);
  const before = pidNow();
  const answer = ask({ port, host: 'shop.test' });
  const finish = await arrived;
  await restartGateway(place());
  assert.notEqual(pidNow(), before);
  assert.equal((await gateway.routes()).length, 1);
  const drained = gateway.drain(['slow'], { limitMs: 60_000 });
  finish();
  assert.equal((await answer).text, 'at last');
  assert.deepEqual(await drained, { cutOff: 0 });
});

test('asked to listen elsewhere, it moves', async () => {
  await embeddedGateway(place());
  port = await freePort();
  const gateway = await embeddedGateway(place());
  assert.equal((await gateway.entrance()).port, port);
  assert.equal((await ask({ port, host: 'nobody.test' })).status, 404);
});

test('with other settings another gateway takes its place, with the same ones it stays', async () => {
  const gateway = await embeddedGateway(place());
  const settings = { workers: 2, accessLog: 'access.log' };
  await embeddedGateway({ ...place(), settings });
  const second = pidNow();
  const serving = () => livingWorkers(directory).filter(({ retiring }) => !retiring);
  while (serving().length !== 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await embeddedGateway({ ...place(), settings });
  assert.equal(pidNow(), second);
  await gateway.apply([
    { set: { ...routeTo('shop.test'), target: { kind: 'text', text: 'hello' } } },
  ]);
  assert.equal((await ask({ port, host: 'shop.test', path: '/a?secret=1' })).text, 'hello');
  let line = '';
  while (line === '') {
    line = await readFile(join(directory, 'access.log'), 'utf8').catch(() => '');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.match(line, /"shop\.test"/);
  assert.doesNotMatch(line, /secret/);
});

test('a port that somebody else has, and what it cannot understand, are refused with a way out', async () => {
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  undo.add(() => other.close());
  await assert.rejects(embeddedGateway(place()), (error: Error & { fix?: string[] }) => {
    assert.equal((error as { code?: string }).code, 'gateway/port-taken');
    assert.match(error.fix?.join() ?? '', new RegExp(`${port + 1}`));
    return true;
  });
  await assert.rejects(embeddedGateway({ ...place(), listen: 'everywhere' }), {
    code: 'gateway/bad-listen-address',
  });
  port = await freePort();
  await assert.rejects(embeddedGateway({ ...place(), settings: { trust: ['my friends'] } }), {
    code: 'gateway/bad-trust',
  });
});

test('a broken file of routes is kept aside and said in the log', async () => {
  await mkdir(directory);
  await writeFile(join(directory, 'routes.json'), '{"routes": [{]');
  const gateway = await embeddedGateway(place());
  assert.deepEqual(await gateway.routes(), []);
  const aside = (await readdir(directory)).find((name) => name.startsWith('routes.json.broken-'));
  assert.equal(await readFile(join(directory, aside!), 'utf8'), '{"routes": [{]');
  assert.match(await readFile(join(directory, 'gateway.log'), 'utf8'), /ROUTES LOST/);
});

test('a directory with a long name works', async () => {
  directory = join(directory, 'x'.repeat(120));
  const gateway = await embeddedGateway(place());
  assert.equal(await gateway.tend(), 'alive');
  await stopGateway(directory);
});

test('started as root nothing of it stays root', async (t) => {
  if (process.getuid?.() !== 0 || process.platform !== 'linux')
    return t.skip('needs root on Linux');
  await embeddedGateway(place());
  for (const { pid } of [{ pid: pidNow() }, ...livingWorkers(directory)]) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    assert.doesNotMatch(status, /^Uid:\t.*\b0\b/m);
    assert.match(status, /^CapEff:\t0+$/m);
  }
});

test('stopping is repeatable, and also for what never ran', async () => {
  await stopGateway(directory);
  await embeddedGateway(place());
  await stopGateway(directory);
  await stopGateway(directory);
  assert.equal(lockHolder(directory), null);
  assert.deepEqual(livingWorkers(directory), []);
});
