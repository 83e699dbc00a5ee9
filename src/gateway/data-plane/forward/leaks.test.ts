import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { doorTo, undoing, until } from '../../../../test/support/front-door-rig.ts';
import { beHostile, hostileInstance } from '../../../../test/support/hostility.ts';

const undo = undoing();
afterEach(() => undo.run());

// bench/gateway-leaks.ts does the same a thousand times as often.
test('hostile clients and instances leave nothing behind, and nobody gets another’s answer', async () => {
  const { port, sockets } = await hostileInstance(undo);
  const {
    port: at,
    door,
    instance,
    route,
  } = await doorTo(undo, port, {
    parts: { limits: { answerMs: 100, headMs: 100, idleMs: 200, bodyStallMs: 100, lingerMs: 50 } },
  });
  const plan = { port: at, count: 3_000, seed: 42, atOnce: 60, patienceMs: 200 };
  const { whole, foreign } = await beHostile(plan);
  assert.equal(foreign, 0);
  assert.ok(whole > 100);
  await until(() => door.connections === 0);
  assert.deepEqual(
    [instance.endpoint.open, route.activity.open, door.open.openOf([instance.endpoint.instance])],
    [0, 0, 0],
  );
  for (const connection of instance.endpoint.idle.slice()) connection.close();
  await until(() => sockets.size === 0);
});
