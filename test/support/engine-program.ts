// One controller's worth of workflow engine as a process of its own, for tests that kill it.
// argv: database URL, executor, mode. Every effect is a row in `effects`.
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase, sql } from '../../src/db/pool.ts';
import { SignalboxError } from '../../src/kernel/signalbox-error.ts';
import { durableEngine } from '../../src/workflow/engine.ts';
import { startHeartbeat } from '../../src/workflow/heartbeat.ts';
import { databaseLocks } from '../../src/workflow/locks.ts';
import { takeOverTheDead } from '../../src/workflow/takeover.ts';
import type { Flow } from '../../src/workflow/workflow.ts';

const [databaseUrl = '', executor = '', afterText = '2000'] = process.argv.slice(2);
const afterMs = Number(afterText);
const { db } = openDatabase(databaseUrl, 4);
const engine = durableEngine({
  databaseUrl,
  executor,
  log: (line) => process.stderr.write(`${line}\n`),
});
const locks = databaseLocks(db);

const effect = (run: string, name: string, epoch = 0): Promise<unknown> =>
  sql`insert into effects (run, name, executor, epoch) values (${run}, ${name}, ${executor}, ${epoch})`.execute(
    db,
  );

async function threeSteps(flow: Flow, input: { pauseMs: number }): Promise<void> {
  const fence = await locks.take(flow, { name: 'production', capacity: 1 });
  for (const name of ['one', 'two', 'three']) {
    await flow.step(name, async () => {
      await effect(flow.id, `${name} begins`, fence.epoch);
      await pause(input.pauseMs);
      await effect(flow.id, `${name} ends`, fence.epoch);
    });
  }
  await flow.step('release', () => locks.release('production', flow.id));
}

async function waits(flow: Flow, input: { untilMs: number }): Promise<void> {
  const heard = await flow.waitFor('vote', { until: new Date(input.untilMs) });
  await flow.step('note', async () => void (await effect(flow.id, heard)));
}

async function refuses(flow: Flow): Promise<void> {
  try {
    await flow.step('refuse', () => {
      throw new SignalboxError({
        code: 'test/refused',
        what: 'No.',
        why: 'Because.',
        fix: ['Ask nicely.'],
      });
    });
  } catch (error) {
    const said =
      error instanceof SignalboxError ? `${error.code} ${error.what} ${error.fix.join()}` : 'lost';
    await flow.step('note', async () => void (await effect(flow.id, said)));
  }
}

engine.register('three-steps', threeSteps);
engine.register('waits', waits);
engine.register('refuses', refuses);
await sql`insert into controllers (id, host, pid, listen) values (${executor}, 'test', ${process.pid}, '')
  on conflict (id) do update set seen_at = clock_timestamp(), pid = excluded.pid`.execute(db);
const heartbeat = startHeartbeat({ databaseUrl, controller: executor });
void heartbeat.lost.then(() => process.exit(3));
await engine.launch();
setInterval(
  () => void takeOverTheDead(db, engine, { self: executor, afterMs }).catch(() => undefined),
  200,
);
process.stdout.write('ready\n');

// Orders in turn: a nudge is for a run that was started before it.
let orders: Promise<unknown> = Promise.resolve();
process.stdin.on('data', (text) => {
  for (const line of String(text).split('\n').filter(Boolean)) {
    const order = JSON.parse(line) as { start?: [string, string, never]; nudge?: string };
    orders = orders.then(async () => {
      if (order.start)
        await engine.start(order.start[0], { id: order.start[1], input: order.start[2] });
      if (order.nudge) await engine.nudge(order.nudge, 'vote');
    });
  }
});
