import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { capacityWatch } from '../support/capacity-watch.ts';
import { moodyApp, type MoodyApp } from '../support/moody-app.ts';
import { addApp } from '../support/sample-app.ts';
import { eventually, testSignalbox, type TestSignalbox } from '../support/signalbox.ts';
import { steadyLoad, type SteadyLoad } from '../support/steady-load.ts';

// A cycle whose controllers are killed at one step after the other: each next one goes on where the last one died.

const pipeline = `pipeline:
  stages:
    - production: { rollout: gentle }
rollouts:
  gentle: { strategy: cycle, capacity: 50 %, bake: 0s, drain: 500ms, warm: 5m }
`;
const host = 'mortal.localhost';

let signalbox: TestSignalbox;
let app: MoodyApp;
let load: SteadyLoad;

before(async () => {
  signalbox = await testSignalbox();
  app = await moodyApp('mortal', pipeline, 3);
  const controller = await signalbox.start();
  await addApp(controller, app);
  await app.release({ release: 'first' });
  assert.match((await app.push('signalbox', 'main')).output, /Live: http/);
  load = steadyLoad(signalbox.gatewayPort, host, 30);
  // Accepted, and killed before anything of it was rolled out.
  await app.release({ release: 'second' });
  const pushed = app.push('signalbox', 'main');
  await eventually('the release is on its way', newest);
  await controller.kill();
  await pushed;
});

after(async () => {
  await load?.stop();
  await signalbox?.end();
  await app?.end();
});

async function query<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  const directory = join(signalbox.directory, 'data', 'postgres');
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

interface Newest {
  commit: string;
  state: string;
  step: number;
}

/** The second release's rollout. */
async function newest(): Promise<Newest | null> {
  const found = await query<Newest>(
    `select d.commit, r.state, r.step from rollouts r join deploys d on d.id = r.id
     where r.stable_deploy is not null`,
  );
  return found[0] ?? null;
}

const isOver = async (): Promise<boolean> => ((await newest())?.state ?? 'running') !== 'running';

/**
 * Notes the step in which the one before died, and dies in the next one; or lives until nothing is left to do. Says
 * whether it died.
 */
async function liveAndDie(): Promise<boolean> {
  const controller = await signalbox.start({ killInAct: 2 });
  const exited = once(controller.process, 'exit');
  for (;;) {
    if (controller.process.signalCode !== null) return true;
    if (await isOver()) break;
    await Promise.race([exited, pause(100)]);
  }
  await controller.kill();
  return false;
}

test('controllers killed at one step after the other bring the cycle to its end, and nobody notices', async (context) => {
  const capacity = capacityWatch(signalbox.routes, host);
  context.after(() => capacity.stop());
  let deaths = 0;
  while (await liveAndDie()) deaths += 1;
  const last = await signalbox.start();
  await eventually('the old release is put aside', async () => {
    const [found] = await query<{ state: string }>('select state from candidates where number = 2');
    return found?.state === 'released';
  });
  await capacity.stop();

  assert.equal((await newest())?.state, 'promoted', last.log());
  context.diagnostic(`${deaths} controllers were killed`);
  assert.ok(deaths >= 12, `${deaths} died`);
  assert.deepEqual(await query('select instance_id from hidden_instances'), []);
  assert.deepEqual(capacity.faults(), []);
  assert.ok(capacity.fewest() >= 2, `${capacity.fewest()} of 3 served once`);
  const odd = Object.keys(load.seen()).filter((what) => !/^200 (first|second)$/.test(what));
  assert.deepEqual(odd, []);
  const running = (await (await signalbox.runtime()).holdings()).filter((one) => one.running);
  const started = running.filter(({ kind }) => kind === 'service').map(({ id }) => id);
  assert.equal(started.length, 6, `three serve and three are warm: ${started.join(' ')}`);
});
