import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type Cleanup,
  cleanup,
  freePort,
  startInstance,
} from '../../../../test/support/gateway-rig.ts';
import { type GatewayLoad, gatewayLoad } from '../../../../test/support/gateway-load.ts';
import { warmDirectory } from '../../../../test/support/warm-directory.ts';
import { lockHolder } from '../../data-plane/gateway-lock.ts';
import { livingWorkers } from '../../data-plane/worker-register.ts';
import { routeTo } from '../../gateway.contract.ts';
import { control } from '../control/control-client.ts';
import { type EmbeddedGateway, embeddedGateway, restartGateway } from './embedded-gateway.ts';
import type { GatewayPlace } from './start-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

let undo: Cleanup;
let place: GatewayPlace;
let port: number;
let gateway: EmbeddedGateway;
let load: GatewayLoad;

beforeEach(async () => {
  undo = cleanup();
  port = await freePort();
  place = {
    directory: await warmDirectory(undo),
    listen: `127.0.0.1:${port}`,
    settings: { workers: 2 },
  };
  undo.add(() => stopGateway(place.directory, 500));
  gateway = await embeddedGateway(place);
  const { upstream, server } = await startInstance(undo, {
    name: 'one',
    app: (_request, response) => response.end('hello'),
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (text: Buffer) => socket.send(`${text.toString()}!`)),
  );
  undo.add(() => sockets.close());
  await gateway.apply([{ set: routeTo('shop.test', upstream) }]);
  load = gatewayLoad(port, 'shop.test');
  await load.more(50);
});
afterEach(async () => {
  await load.stop();
  await undo.run();
});

const serving = () => livingWorkers(place.directory).filter(({ retiring }) => !retiring);
const primary = () => lockHolder(place.directory)!;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function answersSocket(): Promise<{ echoes(): Promise<void>; close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: 'shop.test' } });
  undo.add(() => socket.terminate());
  await once(socket, 'open');
  return {
    async echoes() {
      socket.send('still here');
      const [text] = (await once(socket, 'message')) as [Buffer];
      assert.equal(String(text), 'still here!');
    },
    close: () => socket.close(),
  };
}

test('a worker killed with SIGKILL takes only its own connections along, and another takes its place', async () => {
  const before = primary().pid;
  for (let round = 0; round < 3; round += 1) {
    await until(() => serving().length === 2);
    const victim = serving()[round % 2]!;
    const [sibling] = serving().filter(({ pid }) => pid !== victim.pid);
    process.kill(victim.pid, 'SIGKILL');
    await until(() => serving().length === 2 && serving().every(({ pid }) => pid !== victim.pid));
    assert.ok(
      serving().some(({ pid }) => pid === sibling!.pid),
      'its sibling lives',
    );
    await load.more(20);
  }
  assert.equal(primary().pid, before);
  const { 'cut off': cut = 0, ...worse } = load.failures();
  assert.deepEqual(worse, {}, 'nobody was refused');
  assert.ok(cut <= 3 * 4, `${cut} were cut off, of 4 at a time`);
});

test('the primary process killed with SIGKILL: nobody notices, and routes can be changed again', async () => {
  const socket = await answersSocket();
  let beforeLastDeath = 0;
  for (let round = 0; round < 2; round += 1) {
    const { pid } = primary();
    beforeLastDeath = load.answered();
    process.kill(pid, 'SIGKILL');
    await load.more(20);
    await gateway.apply([
      { set: { ...routeTo(`r${round}.test`), target: { kind: 'text', text: 'x' } } },
    ]);
    assert.notEqual(primary().pid, pid);
    await socket.echoes();
  }
  assert.equal((await gateway.routes()).length, 3);
  socket.close();
  await load.stop();
  assert.deepEqual(load.failures(), {});
  // The last second before a death may be lost, but what comes after is counted, and all of it once.
  const counted = async () =>
    (await gateway.totals())
      .filter(({ host }) => host === 'shop.test')
      .reduce((sum, { requests }) => sum + requests, 0);
  while ((await counted()) < load.answered() - beforeLastDeath) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok((await counted()) <= load.answered() + 1);
});

test('handed over again and again under load: nobody notices, and nothing is counted twice', async () => {
  const socket = await answersSocket();
  for (let round = 0; round < 3; round += 1) {
    const { pid } = primary();
    await restartGateway(place);
    assert.notEqual(primary().pid, pid);
    await load.more(20);
    await socket.echoes();
  }
  socket.close();
  await load.stop();
  assert.deepEqual(load.failures(), {});
  const line = async () => (await gateway.activity()).find(({ host }) => host === 'shop.test');
  while (((await line())?.requests ?? 0) < load.answered() + 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await line())?.requests, load.answered() + 1);
});

test('a hand-over to a program that does not start changes nothing', async () => {
  const { pid } = primary();
  const settings = { ...place.settings, trust: ['nobody in particular'] };
  await assert.rejects(restartGateway({ ...place, settings }), { code: 'gateway/bad-trust' });
  const broken = { execPath: process.execPath, argv: ['-e', 'process.exit(3)'], flags: [] };
  const { directory } = place;
  await assert.rejects(
    control({ directory, call: 'POST /hand-over', body: broken, timeoutMs: 60_000 }),
  );
  assert.equal(primary().pid, pid);
  assert.equal((await gateway.routes()).length, 1);
  await load.more(20);
  assert.deepEqual(load.failures(), {});
});
