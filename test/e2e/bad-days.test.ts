import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { runningPostmaster } from '../../src/db/embedded-postmaster.ts';
import { lockHolder } from '../../src/gateway/data-plane/gateway-lock.ts';
import type { Instance } from '../../src/runtimes/runtime.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { tracedSignalbox, type TracedSignalbox } from '../support/traced-signalbox.ts';

// Processes die on a machine, one after the other, and one installation has to get over each of it.

let day: TracedSignalbox;
let data = '';
const host = 'day--notes.localhost';

before(async () => {
  day = await tracedSignalbox();
  data = day.data;
  await day.branchOf('day');
  await day.pushLive('day');
  assert.equal((await day.preview('day')).host, host);
});

after(() => day?.end());

const isServed = async (): Promise<boolean> =>
  (await visit(day.signalbox.gatewayPort, host)).status === 200;

/** What runs of the preview `day`, by id. */
async function running(): Promise<Map<string, Instance>> {
  const runtime = await day.signalbox.runtime();
  const owner = `environment:${(await day.preview('day')).id}`;
  const mine = (await runtime.holdings()).filter(
    (one) => one.kind === 'service' && one.owner === owner && one.running,
  );
  const found = await Promise.all(mine.map(({ id }) => runtime.instance(id)));
  return new Map(found.filter((one) => one !== null).map((one) => [one.id, one]));
}

const pidsOf = (all: Map<string, Instance>): Record<string, unknown> =>
  Object.fromEntries([...all.values()].map(({ id, pid }) => [id, pid]));

test('a controller killed while an app serves: no request fails, everything is found again as it was', async () => {
  const before = pidsOf(await running());
  const postgres = await runningPostmaster(join(data, 'postgres', 'data'));
  const failures: string[] = [];
  let served = 0;
  let isOver = false;
  const visitor = async (): Promise<void> => {
    while (!isOver) {
      const { status, body } = await visit(day.signalbox.gatewayPort, host).catch(
        (error: Error) => ({
          status: 0,
          body: error.message,
        }),
      );
      if (status !== 200) failures.push(`${status} ${body}`);
      served += 1;
    }
  };
  const visitors = [visitor(), visitor()];
  await eventually('the first visits', async () => served > 20);
  await day.controller.kill('SIGKILL');
  const atKill = served;
  await eventually('visits without a controller', async () => served > atKill + 50);
  day.controller = await day.signalbox.start();
  const atStart = served;
  await eventually('visits with the new one', async () => served > atStart + 50);
  isOver = true;
  await Promise.all(visitors);
  assert.deepEqual(failures, []);
  assert.deepEqual(pidsOf(await running()), before);
  assert.deepEqual(await runningPostmaster(join(data, 'postgres', 'data')), postgres);
});

test('a PostgreSQL that is restarted under a controller: it goes on by itself, and so does a push', async () => {
  const commit = await day.branchOf('restarted', { slow: '' });
  const pushing = day.push('restarted');
  await eventually('it is being built', async () =>
    (await day.app.traces()).includes(`build ${commit}`),
  );
  const postgres = await ensureEmbeddedPostgres({ directory: join(data, 'postgres') });
  await postgres.stop();
  await ensureEmbeddedPostgres({ directory: join(data, 'postgres') });
  await eventually('the push ends well', () => day.serves('restarted', commit));
  await pushing;
  const [push] = (
    await day.controller.call<{ pushes: { state: string }[] }>(
      'GET',
      '/api/v1/pushes?app=notes&branch=restarted',
    )
  ).pushes;
  await eventually('its row says so', async () => push?.state === 'live');
  await eventually('all is well', async () => {
    const status = await day.controller.call<{ ok: boolean }>('GET', '/api/v1/status');
    if (!status.ok) throw new Error(JSON.stringify(status));
    return true;
  });
  assert.deepEqual(await day.app.doubled(), []);
});

test('a gateway that is killed is back, and its routes with it', async (t) => {
  const holder = lockHolder(join(data, 'gateway'));
  assert.ok(holder);
  process.kill(holder.pid, 'SIGKILL');
  const killedAt = Date.now();
  await eventually('it serves again', isServed);
  t.diagnostic(`back after ${Date.now() - killedAt} ms`);
  assert.notEqual(lockHolder(join(data, 'gateway'))?.pid, holder.pid);
});

/** Launchers and all their processes carry the id of what they are in their environment. */
function processesOf(ids: readonly string[]): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        return variables.some(
          (text) =>
            /^SIGNALBOX_(WORKLOAD|LAUNCHER)=/.test(text) &&
            ids.some((id) => text.includes(`.${id}.`)),
        );
      } catch {
        return false;
      }
    });
}

test('all processes of an environment killed with their launchers, as by a reboot, run again where they were', async () => {
  const before = await running();
  const pids = processesOf([...before.keys()]);
  assert.ok(pids.length >= before.size * 2, `launchers and commands: ${pids.join()}`);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await eventually('they run again', async () => {
    const now = await running();
    return now.size === before.size && (await isServed());
  });
  const addresses = (all: Map<string, Instance>): Record<string, unknown> =>
    Object.fromEntries([...all.values()].map(({ id, address }) => [id, address]));
  assert.deepEqual(addresses(await running()), addresses(before));
});

test('an instance that crashes is started again by its launcher, and later each time', async () => {
  const runtime = await day.signalbox.runtime();
  const web = [...(await running()).values()].find(({ address }) => address !== null);
  assert.ok(web);
  const pauses: number[] = [];
  for (let crash = 1; crash <= 3; crash += 1) {
    const one = await runtime.instance(web.id);
    assert.ok(one?.pid);
    const restarts = one.restarts;
    process.kill(one.pid, 'SIGKILL');
    const killedAt = Date.now();
    const again = await eventually('it runs again', async () => {
      const now = await runtime.instance(web.id);
      return now?.state === 'running' && now.restarts > restarts && now;
    });
    pauses.push(again.startedAt.getTime() - killedAt);
    await eventually('it serves', isServed);
  }
  assert.ok((pauses[2] ?? 0) > (pauses[0] ?? 0), `pauses ${pauses.join()}`);
});
