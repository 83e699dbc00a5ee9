import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { postgresStore } from '../../src/stores/drivers/postgres/postgres-store.ts';
import { testDatabase } from '../support/postgres.ts';
import type { ControllerOptions } from '../support/controller-program.ts';
import { addApp, remoteOf } from '../support/sample-app.ts';
import { tracingApp, type TracingApp } from '../support/tracing-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

// Controllers with data directories of their own, one database and one files directory.

interface Environment {
  id: string;
  branch: string;
  host: string;
  state: string;
  commit: string | null;
}

/** Reconcilers look seldom: the controller that took a push should mostly be the one that follows it. */
const rhythm = { reconcileMs: 8000, sweepMs: 8000, jobsMs: 1000, takeOverAfterMs: 4000 };

let signalbox: TestSignalbox;
let database: Awaited<ReturnType<typeof testDatabase>>;
let client: pg.Client;
let app: TracingApp;
let steady: Controller;
let files = '';

before(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  files = await mkdtemp(join(tmpdir(), 'signalbox-files-'));
  await chmod(files, 0o711);
  signalbox = await testSignalbox({ databaseUrl: database.url, files, rhythm });
  app = await tracingApp('notes');
  steady = await controller();
  await addApp(steady, app);
  await app.commit('main', 'first');
  await pushLive(steady, 'main');
});

after(async () => {
  await client?.end();
  await signalbox?.end();
  // It is not there when no controller ever came up.
  if (existsSync(join(files, 'secret.key'))) await dropDatabases();
  await database?.drop();
  await app?.end();
  await rm(files, { recursive: true, force: true, maxRetries: 5 });
});

/** They lie on a server that other tests use too. */
async function dropDatabases(): Promise<void> {
  const secret = (await readFile(join(files, 'secret.key'), 'utf8')).trim();
  const store = await postgresStore({ url: database.url, secret });
  for (const { name, app: owner, role } of await store.databases()) {
    const key = { app: owner, name };
    await (role === 'snapshot' ? store.dropSnapshot(key) : store.drop(key));
  }
  await store.close();
}

let started = 0;

const controller = (more: Partial<ControllerOptions> = {}): Promise<Controller> =>
  signalbox.start({ data: join(signalbox.directory, `controller-${(started += 1)}`), ...more });

async function pushLive(to: Controller, branch: string): Promise<void> {
  const { accepted, output } = await app.push(remoteOf(to, app), branch);
  assert.ok(accepted && /Live: http/.test(output), output);
}

async function branchOf(name: string, files: Record<string, string> = {}): Promise<string> {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({ 'branch.txt': name, ...files });
  return app.commit(name, name);
}

const living = async (of = steady): Promise<Environment[]> =>
  (await of.call<{ environments: Environment[] }>('GET', '/api/v1/environments')).environments;

async function servedCommit(host: string): Promise<string> {
  const { status, body } = await visit(signalbox.gatewayPort, host);
  assert.equal(status, 200, body);
  return (JSON.parse(body) as { commit: string }).commit;
}

const untilTrace = (line: RegExp): Promise<string> =>
  eventually(`a trace like ${line}`, async () =>
    (await app.traces()).find((one) => line.test(one)),
  );

/** A run may be taken over several times on its way, each time after some seconds of silence. */
const patienceMs = 400_000;

const untilServed = (branch: string, commit: string): Promise<boolean> =>
  eventually(
    `${branch} serves ${commit}`,
    async () => {
      const preview = (await living()).find((one) => one.branch === branch);
      const served = preview?.state === 'live' ? await servedCommit(preview.host) : null;
      if (served !== commit) throw new Error(JSON.stringify({ preview, served }));
      return true;
    },
    patienceMs,
  );

/** Of each living environment exactly one web and one worker run. */
async function nothingTooMuchRuns(): Promise<void> {
  const runtime = await signalbox.runtime();
  await eventually('nothing but the living runs', async () => {
    const owners = (await living()).map(({ id }) => `environment:${id}`);
    const running = (await runtime.holdings())
      .filter(({ kind, running: runs }) => kind === 'service' && runs)
      .map(({ owner }) => owner);
    const wanted = owners.flatMap((owner) => [owner, owner]);
    if (running.toSorted().join() === wanted.toSorted().join()) return true;
    throw new Error(`runs: ${running.join()}, wanted: ${wanted.join()}`);
  });
}

test('two controllers of one database both serve API and git, whoever was told what', async () => {
  const other = await controller();
  const commit = await branchOf('by-other');
  await pushLive(other, 'by-other');
  const names = (all: Environment[]): string[] => all.map(({ id, state }) => `${id} ${state}`);
  assert.deepEqual(names(await living(other)), names(await living(steady)));
  await untilServed('by-other', commit);
  assert.match(
    await app.git('ls-remote', remoteOf(steady, app), 'by-other'),
    new RegExp(`^${commit}`),
  );
  const { controllers } = await steady.call<{ controllers: { alive: boolean }[] }>(
    'GET',
    '/api/v1/status',
  );
  assert.deepEqual(
    controllers.map(({ alive }) => alive),
    [true, true],
  );
});

test('a scheduled job fires once, though two controllers look for it', async () => {
  await signalbox.ahead(3 * 60_000);
  const runs = await eventually('the jobs of staging and production ran', async () => {
    const { rows } = await client.query<{ state: string }>('select state from job_runs');
    return rows.length >= 2 && rows.every(({ state }) => state === 'succeeded') && rows;
  });
  const jobs = (await app.traces()).filter((line) => line.startsWith('job '));
  assert.equal(jobs.length, runs.length);
  assert.equal(new Set(jobs).size, 2, 'one in staging and one in production');
});

test('a controller of the same database with other files is refused', async () => {
  const elsewhere = join(signalbox.directory, 'elsewhere');
  await assert.rejects(controller({ files: elsewhere }), /controller\/other-files/);
});

test('a second controller on a data directory is refused and the first unharmed; a dead one is no obstacle', async () => {
  const data = join(signalbox.directory, 'locked');
  const first = await controller({ data });
  await assert.rejects(controller({ data }), /controller\/already-running/);
  await branchOf('unharmed');
  await pushLive(first, 'unharmed');
  await first.kill('SIGKILL');
  const again = await controller({ data });
  assert.ok((await living(again)).length > 0);
  await again.kill('SIGTERM');
});

/** When a controller is killed, seen from the outside. */
const points: [string, (commit: string, branch: string) => Promise<unknown>][] = [
  ['building', (commit) => untilTrace(new RegExp(`^build ${commit}`))],
  ['migrating', (commit) => untilTrace(new RegExp(`^migrate .* ${commit}`))],
  ['starting', (commit) => untilTrace(new RegExp(`^start .* ${commit}`))],
  ['switched', (commit, branch) => untilServed(branch, commit)],
];

test('what controllers killed while building, migrating, starting and switching had begun, another one finishes', async () => {
  const branch = (point: string): string => `killed-${point}`;
  const commits: string[] = [];
  for (const [point] of points) commits.push(await branchOf(branch(point), { slow: '' }));
  await Promise.all(
    points.map(async ([point, reached], index) => {
      const doomed = await controller();
      const pushing = app.push(remoteOf(doomed, app), branch(point));
      await reached(commits[index] ?? '', branch(point));
      await doomed.kill('SIGKILL');
      await pushing;
    }),
  );
  for (const [index, [point]] of points.entries()) {
    await untilServed(branch(point), commits[index] ?? '');
    await eventually('its push says so', async () => {
      const { pushes } = await steady.call<{ pushes: { state: string }[] }>(
        'GET',
        `/api/v1/pushes?app=notes&branch=${branch(point)}`,
      );
      return pushes.length === 1 && pushes[0]?.state === 'live';
    });
  }
  assert.deepEqual(await app.doubled(), []);
  await nothingTooMuchRuns();
});

/** Beginnings of steps' names: inside each of them one controller is stopped. */
const steps = [
  'wait for the build',
  'begin the deploy',
  'unpack the artifact',
  'run the migrations',
  'start the new instances',
  'wait until',
  'see that the rest',
  'switch the route',
  'drain and stop',
];
const frozen = (index: number): string => `frozen-${index}`;

type Frozen = { zombie: Controller; commit: string; pushing: Promise<unknown> };

/** Pushes to a controller that stops itself on the way, in the run of this very push. */
async function freeze(index: number): Promise<Frozen> {
  const step = steps[index] ?? '';
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const commit = await commitOf(index, attempt);
    // It hears late that it was taken over, so that its late commands are made and refused.
    const zombie = await controller({ freezeIn: { step, commit }, deafMs: 2500 });
    let ended = false;
    const pushing = app
      .push('--force', remoteOf(zombie, app), `${commit}:refs/heads/${frozen(index)}`)
      .finally(() => (ended = true));
    const look = async () => (await isStopped(zombie)) || (ended && !(await isFollowed(commit)));
    await eventually(`it is stopped in "${step}"`, look, patienceMs);
    if (await isStopped(zombie)) return { zombie, commit, pushing };
    // Others followed the push: a reconciler was quicker, or they took it over on a slow machine.
    await zombie.kill();
  }
  throw new Error(`others always follow what is pushed to be stopped in "${step}"`);
}

/** Another one for each branch: a zombie stops only in the run of its own. */
const commitOf = (index: number, attempt: number): Promise<string> =>
  app.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', `${frozen(index)}, ${attempt}`);

const isStopped = async ({ process: { pid } }: Controller): Promise<boolean> =>
  (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).includes(') T ');

/** Its run goes on, here or there. */
async function isFollowed(commit: string): Promise<boolean> {
  const running = `select from pushes join dbos.workflow_status on workflow_uuid = 'push-' || pushes.id
    where commit = $1 and status in ('PENDING', 'ENQUEUED')`;
  return (await client.query(running, [commit])).rows.length > 0;
}

test('controllers stopped in the middle, taken over and woken up end themselves, and come too late for anything', async () => {
  const zombies = await Promise.all(steps.map((_, index) => freeze(index)));
  for (const [index, { commit }] of zombies.entries()) await untilServed(frozen(index), commit);
  const news: string[] = [];
  for (const index of steps.keys()) {
    news.push(await branchOf(frozen(index)));
  }
  await Promise.all(steps.map((_, index) => pushLive(steady, `+${frozen(index)}`)));

  await Promise.all(
    zombies.map(async ({ zombie, pushing }) => {
      const ended = once(zombie.process, 'exit');
      zombie.process.kill('SIGCONT');
      const [code] = (await ended) as [number | null];
      assert.equal(code, 3, zombie.log());
      await pushing;
    }),
  );
  for (const [index, commit] of news.entries()) {
    const preview = (await living()).find(({ branch }) => branch === frozen(index));
    const which = `the one stopped in "${steps[index]}"`;
    assert.equal(preview?.commit, commit, `the row of ${which}`);
    assert.equal(await servedCommit(preview?.host ?? ''), commit, which);
  }
  const draining = `select branch, service from instances join environments using (deploy_id)
    where instances.state = 'draining'`;
  assert.deepEqual((await client.query(draining)).rows, [], 'who woke took nothing out of service');
  assert.deepEqual(await app.doubled(), []);
  await nothingTooMuchRuns();
});
