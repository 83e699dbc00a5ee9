import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import {
  ask,
  cleanup,
  freePort,
  freshDirectory,
  startInstance,
  stopServer,
} from '../../../../test/support/gateway-rig.ts';
import { routeTo } from '../../gateway.contract.ts';
import { type EmbeddedGateway, embeddedGateway } from './embedded-gateway.ts';
import { stopGateway } from './stop-gateway.ts';

const undo = cleanup();
let gateway: EmbeddedGateway;
let port: number;

before(async () => {
  const directory = await freshDirectory(undo);
  port = await freePort();
  undo.add(() => stopGateway(directory, 1_000));
  gateway = await embeddedGateway({ directory, listen: `127.0.0.1:${port}` });
});
after(() => undo.run());

test('20,000 requests over 20 connections, 50 switches, each old set drained and closed: none fails', async () => {
  const connections = 20;
  const perConnection = 1_000;
  const switches = 50;
  let answered = 0;
  let failed = 0;
  let done = false;

  const nextSet = (n: number) =>
    Promise.all(['a', 'b'].map((name) => startInstance(undo, { name: `${name}${n}` })));
  const show = (set: Awaited<ReturnType<typeof nextSet>>) =>
    gateway.apply([{ set: routeTo('shop.test', ...set.map(({ upstream }) => upstream)) }]);

  async function visitor(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let n = 0; n < perConnection; n += 1) {
      const isPost = n % 10 === 0;
      const reply = await ask({
        port,
        host: 'shop.test',
        agent,
        ...(isPost ? { method: 'POST', body: 'x' } : {}),
      }).catch(() => null);
      answered += 1;
      if (reply?.status !== 200) failed += 1;
    }
    agent.destroy();
  }

  let set = await nextSet(0);
  await show(set);
  const load = Promise.all(Array.from({ length: connections }, visitor)).then(() => (done = true));
  let switched = 0;
  // Spread over the load, so that every switch meets requests in flight.
  while (!done && switched < switches) {
    const due = ((switched + 0.5) * connections * perConnection) / switches;
    while (!done && answered < due) await new Promise((resolve) => setTimeout(resolve, 2));
    const old = set;
    set = await nextSet(switched + 1);
    await show(set);
    assert.deepEqual(
      await gateway.drain(
        old.map(({ upstream }) => upstream.instance),
        { limitMs: 30_000 },
      ),
      { cutOff: 0 },
    );
    await Promise.all(old.map(({ server }) => stopServer(server)));
    switched += 1;
  }
  await load;
  assert.equal(failed, 0);
  assert.equal(answered, connections * perConnection);
  assert.equal(switched, switches);
});
