import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase, row, sql } from '../../src/db/pool.ts';
import type { ControllerOptions } from '../support/controller-program.ts';
import { addApp, setRemote } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import { undoableApp, type UndoableApp } from '../support/undoable-app.ts';

// A controller is killed while it rolls back, at one step after the other: the next one finds the old release
// serving, or brings it there, and leaves nothing of the bad one.

const moments = ['before', 'done, not noted', 'after'] as const;
const steps = [1, 2, 3, 4, 5, 6, 7, 8];

let signalbox: TestSignalbox;
let app: UndoableApp;
let controller: Controller;

const production = '/api/v1/environments/shop%2Fproduction';

before(async () => {
  signalbox = await testSignalbox();
  app = await undoableApp('shop');
  controller = await signalbox.start();
  await addApp(controller, app);
  await ship('good');
});

after(async () => {
  await signalbox?.end();
  await app?.end();
});

async function ship(release: string): Promise<void> {
  await setRemote(controller, app);
  await app.next(release);
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, /Live: http/);
}

interface Lane {
  rollout: { state: string } | null;
  rollbacks: { endedAt: string | null; reason: string }[];
  lock: unknown;
}

const lane = (): Promise<Lane> => controller.call('GET', `${production}/lane`);

/** Steps are counted over all runs, so none but the rollback's may be under way. */
async function untilAtRest(): Promise<void> {
  const url = new URL((await ensureEmbeddedPostgres({ directory: postgres() })).url);
  url.pathname = '/signalbox';
  const { db, close } = openDatabase(url.href, 1);
  try {
    await eventually('no run is under way', async () => {
      const open = await row<{ runs: number }>(
        db,
        sql`select count(*) as runs from dbos.workflow_status where status in ('PENDING', 'ENQUEUED')`,
      );
      return open?.runs === 0;
    });
  } finally {
    await close();
  }
}

const postgres = (): string => join(signalbox.directory, 'data', 'postgres');

/** The rollback is asked for, and the controller dies somewhere on the way. */
async function undoAndDie(reason: string, killAt: ControllerOptions['killAt']): Promise<void> {
  await controller.kill('SIGTERM');
  controller = await signalbox.start(killAt ? { killAt } : {});
  // Where it dies before it has answered, nobody is told.
  await controller.call('POST', `${production}/rollback`, { reason }).catch(() => undefined);
  await eventually('it is dead', async () => controller.process.signalCode === 'SIGKILL');
  controller = await signalbox.start();
}

for (const step of steps) {
  const moment = moments[step % moments.length] ?? 'after';
  test(`killed ${moment} step ${step} of what follows a rollback`, async () => {
    const bad = `bad ${step}`;
    await ship(bad);
    await untilAtRest();
    await undoAndDie(`undo ${step}`, { step, moment });
    const begun = (await lane()).rollbacks.some(({ reason }) => reason === `undo ${step}`);
    if (!begun) await controller.call('POST', `${production}/rollback`, { reason: `undo ${step}` });
    const { body } = await visit(signalbox.gatewayPort, 'shop.localhost');
    assert.equal(body, 'good');
    await eventually('it is tidied away', async () =>
      (await lane()).rollbacks.every(({ endedAt }) => endedAt !== null),
    );
    const { rollout, lock } = await lane();
    assert.equal(rollout?.state, 'rolled-back');
    assert.ok(lock);
    const runtime = await signalbox.runtime();
    const running = (await runtime.holdings()).filter(
      (one) => one.running && one.kind === 'service',
    );
    assert.equal(running.length, 3, running.map(({ id }) => id).join(' '));
    assert.equal((await visit(signalbox.gatewayPort, 'shop.localhost')).body, 'good');
    await controller.call('POST', `${production}/lane/lift`, { reason: 'the next one' });
  });
}
