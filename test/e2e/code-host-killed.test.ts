import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { row, sql } from '../../src/db/pool.ts';
import { livingEnvironment } from '../support/api-rig.ts';
import type { HostProgramOptions } from '../support/host-program.ts';
import { hostRig, type HostRig } from '../support/host-rig.ts';
import { testServer } from '../support/postgres.ts';

/** Whoever tells a code host is killed at every call, before it and after it; each time somebody else goes on. */
describe('a controller that is killed while it tells a code host', () => {
  let rig: HostRig;
  let server: Server;

  before(async () => {
    rig = await hostRig();
    server = createServer((request, response) => {
      void text(request).then(async (body) => {
        const { method, values } = JSON.parse(body) as { method: 'status'; values: [never, never] };
        await rig.host[method](...values);
        response.end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await rig?.close();
  });

  const line = (): string => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  };

  async function tell(killAt: HostProgramOptions['killAt']): Promise<'killed' | 'lived'> {
    const found = await row<{ name: string }>(rig.db, sql`select current_database() as name`);
    const url = new URL(await testServer());
    url.pathname = `/${found?.name}`;
    const options: HostProgramOptions = { databaseUrl: url.href, line: line(), killAt };
    const program = join(import.meta.dirname, '../support/host-program.ts');
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        ['--disable-warning=DeprecationWarning', program, JSON.stringify(options)],
        (error, _out, err) => {
          if (!error) resolve('lived');
          else if (error.signal === 'SIGKILL') resolve('killed');
          else reject(new Error(err));
        },
      );
    });
  }

  const open = async (): Promise<number> =>
    (
      await row<{ n: number }>(
        rig.db,
        sql`select count(*)::integer as n from host_messages where done_at is null`,
      )
    )?.n ?? 0;

  test('leaves nothing untold, and nothing is shown twice', async () => {
    const push = await rig.push('cart');
    await livingEnvironment(rig, { name: 'preview/cart', commit: push.commit });
    const number = rig.server.open({ branch: 'cart', commit: push.commit });
    await sql`insert into host_requests (app_id, number, title, branch, commit, from_fork, url, seen_at)
      values (${rig.shop.id}, ${number}, 'Cart', 'cart', ${push.commit}, false, 'http://host.test/', now())`.execute(
      rig.db,
    );
    await rig.end(push, { state: 'live', url: 'http://cart/' });
    for (const moment of ['before', 'told, not noted'] as const) {
      assert.equal(await tell({ call: 1, moment }), 'killed');
      assert.ok((await open()) > 0, 'what was told and not noted counts as untold');
    }
    assert.equal(await tell({ call: 3, moment: 'told, not noted' }), 'killed');
    assert.equal(await tell(null), 'lived');
    assert.equal(await open(), 0);
    const statuses = rig.server.statuses(push.commit);
    assert.equal(new Set(statuses.map(({ context }) => context)).size, statuses.length);
    assert.equal(
      statuses.every(({ state }) => state === 'success'),
      true,
    );
    assert.equal(rig.server.deployments().length, 1);
    assert.equal(rig.server.comments(number).length, 1);
    const told = rig.calls.length;
    assert.equal(await tell(null), 'lived');
    assert.equal(rig.calls.length, told, 'nothing is left to say');
  });
});
