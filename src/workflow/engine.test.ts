import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { migrate } from '../db/migrate.ts';
import { openDatabase, rows, sql, type OpenDatabase } from '../db/pool.ts';
import { testDatabase } from '../../test/support/postgres.ts';

interface Effect {
  name: string;
  executor: string;
  epoch: number;
}

let url = '';
let database: OpenDatabase;
let drop: () => Promise<void>;
const programs = new Set<ChildProcess>();

before(async () => {
  ({ url, drop } = await testDatabase());
  database = openDatabase(url, 3);
  await migrate(database.db);
  await sql`create table effects (id serial, run text, name text, executor text, epoch bigint)`.execute(
    database.db,
  );
});

after(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await Promise.all(
    [...programs]
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map((program) => once(program, 'exit')),
  );
  await database.close();
  await drop();
});

async function controller(executor: string): Promise<ChildProcess> {
  const program = spawn(
    process.execPath,
    [
      '--disable-warning=DeprecationWarning',
      'test/support/engine-program.ts',
      url,
      executor,
      '2500',
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: new URL('../..', import.meta.url),
    },
  );
  programs.add(program);
  await once(program.stdout, 'data');
  return program;
}

const order = (program: ChildProcess, what: object): void =>
  void program.stdin?.write(`${JSON.stringify(what)}\n`);

const effects = (run: string): Promise<Effect[]> =>
  rows(database.db, sql`select name, executor, epoch from effects where run = ${run} order by id`);

async function until(run: string, last: string): Promise<Effect[]> {
  for (let look = 0; look < 300; look += 1) {
    const seen = await effects(run);
    if (seen.some(({ name }) => name === last)) return seen;
    await pause(100);
  }
  throw new Error(`${run} never came to "${last}": ${JSON.stringify(await effects(run))}`);
}

test('a killed controller that comes back goes on at the step it was in', async () => {
  const first = await controller('a');
  order(first, { start: ['three-steps', 'back', { pauseMs: 400 }] });
  await until('back', 'two begins');
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = await controller('a');
  const seen = await until('back', 'three ends');
  assert.equal(
    seen.filter(({ name }) => name === 'one ends').length,
    1,
    'a finished step is not repeated',
  );
  assert.ok(seen.filter(({ name }) => name === 'two begins').length <= 2);
  second.kill('SIGKILL');
  await once(second, 'exit');
});

test('what a killed controller was doing goes on in another, with a higher epoch', async () => {
  const first = await controller('b');
  const second = await controller('c');
  order(first, { start: ['three-steps', 'taken', { pauseMs: 500 }] });
  await until('taken', 'two begins');
  first.kill('SIGKILL');
  const seen = await until('taken', 'three ends');
  const last = seen.at(-1);
  assert.equal(last?.executor, 'c');
  assert.ok(last.epoch > (seen[0]?.epoch ?? 0), 'the fence of the dead one is outdated');
  second.kill('SIGKILL');
  await once(second, 'exit');
});

test('a controller that was stopped, taken over and wakes ends itself, and its epoch is outdated', async () => {
  const first = await controller('d');
  const second = await controller('e');
  order(first, { start: ['three-steps', 'zombie', { pauseMs: 1000 }] });
  await until('zombie', 'two begins');
  first.kill('SIGSTOP');
  await until('zombie', 'three ends');
  const exited = once(first, 'exit');
  first.kill('SIGCONT');
  const [code] = (await exited) as [number];
  assert.equal(code, 3, 'it notices that its work was taken');
  const seen = await effects('zombie');
  const epochs = new Map(seen.map(({ executor, epoch }) => [executor, epoch]));
  assert.ok((epochs.get('e') ?? 0) > (epochs.get('d') ?? 0));
  assert.ok(
    !seen.some(({ name, executor }) => name === 'three begins' && executor === 'd'),
    'it does not go on',
  );
  second.kill('SIGKILL');
  await once(second, 'exit');
});

test('what a controller runs that has been given up and is gone already goes on in another', async () => {
  const first = await controller('k');
  order(first, { start: ['three-steps', 'stranded', { pauseMs: 500 }] });
  await until('stranded', 'two begins');
  first.kill('SIGSTOP');
  // As if it had taken this run up only after the others had found it dead, or had ended in good order.
  await sql`delete from controllers where id = 'k'`.execute(database.db);
  first.kill('SIGKILL');
  const second = await controller('l');
  const seen = await until('stranded', 'three ends');
  assert.equal(seen.at(-1)?.executor, 'l');
  second.kill('SIGKILL');
  await once(second, 'exit');
});

test('a nudge that comes before anybody waits is not lost, and a wait ends at its time', async () => {
  const program = await controller('f');
  const untilMs = Date.now() + 60_000;
  order(program, { start: ['waits', 'vote', { untilMs }] });
  order(program, { nudge: 'vote' });
  await until('vote', 'nudged');
  order(program, { start: ['waits', 'late', { untilMs: Date.now() + 300 }] });
  await until('late', 'timed-out');
  program.kill('SIGKILL');
  await once(program, 'exit');
});

test('a refusal in a step is thrown again in the same words', async () => {
  const program = await controller('g');
  order(program, { start: ['refuses', 'no', {}] });
  await until('no', 'test/refused No. Ask nicely.');
  program.kill('SIGKILL');
  await once(program, 'exit');
});

test('starting a run twice starts it once', async () => {
  const program = await controller('h');
  order(program, { start: ['three-steps', 'once', { pauseMs: 50 }] });
  order(program, { start: ['three-steps', 'once', { pauseMs: 50 }] });
  const seen = await until('once', 'three ends');
  await pause(300);
  assert.equal(seen.length, 6);
  assert.equal((await effects('once')).length, 6);
  program.kill('SIGKILL');
  await once(program, 'exit');
});

test('runs that only wait do not keep others of a dead controller from being taken over', async () => {
  const first = await controller('i');
  const untilMs = Date.now() + 600_000;
  for (let run = 0; run < 60; run += 1)
    order(first, { start: ['waits', `idle-${run}`, { untilMs }] });
  order(first, { start: ['three-steps', 'behind', { pauseMs: 1000 }] });
  await until('behind', 'one begins');
  const second = await controller('j');
  first.kill('SIGKILL');
  const seen = await until('behind', 'three ends');
  assert.equal(seen.at(-1)?.executor, 'j');
  second.kill('SIGKILL');
  await once(second, 'exit');
});
