import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../../../test/support/signalbox.ts';
import { rows, sql } from '../../db/pool.ts';
import { type OrderingRig, orderingRig } from './ordering-rig.test-data.ts';

const program = join(import.meta.dirname, 'order-program.test-data.ts');
let rig: OrderingRig;
before(async () => void (rig = await orderingRig()));
after(() => rig.close());

/** One turn that is killed with SIGKILL at the n-th request, before or after the CA has heard it. */
async function turnKilledAt(
  request: number,
  moment: 'before' | 'after',
): Promise<'killed' | 'ended'> {
  let seen = 0;
  const options = JSON.stringify({ url: rig.url, settings: rig.settings });
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', program, options]);
  const kill = (): 'hang up' | undefined => {
    seen += 1;
    if (seen !== request) return undefined;
    child.kill('SIGKILL');
    return 'hang up';
  };
  rig.authority[moment] = kill;
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  rig.authority[moment] = () => undefined;
  return signal === 'SIGKILL' ? 'killed' : 'ended';
}

/** Nobody holds the lock of the killed one any more. */
const lockIsFree = () =>
  eventually('the lock is free', async () => {
    const held = await rows(
      rig.world.db,
      sql`select from pg_locks join pg_database d on d.oid = database
          where locktype = 'advisory' and d.datname = current_database()`,
    );
    return held.length === 0;
  });

for (const moment of ['before', 'after'] as const) {
  test(`killed ${moment} any of its requests, an order is finished by the next turn`, async () => {
    let request = 1;
    for (; request < 60; request += 1) {
      const name = `*.${moment}-${request}.example.com`;
      await rig.ask([name]);
      const orders = rig.authority.orders().length;
      const end = await turnKilledAt(request, moment);
      await lockIsFree();
      await rig.turn();
      const done = (await rig.all()).find(({ names }) => names[0] === name);
      assert.deepEqual([done?.state, done?.error], ['active', null], `request ${request}`);
      const made = rig.authority.orders().length - orders;
      assert.ok(made <= 2, `request ${request} made ${made} orders`);
      assert.equal(await rig.zone(), '', `request ${request} left a record`);
      if (end === 'ended') break;
    }
    assert.ok(request > 8 && request < 60, `${request} requests`);
    assert.equal(rig.authority.accounts(), 1);
  });
}
