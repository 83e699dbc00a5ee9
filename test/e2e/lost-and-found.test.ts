import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { postgresStore } from '../../src/stores/drivers/postgres/postgres-store.ts';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { tracedSignalbox, type TracedSignalbox } from '../support/traced-signalbox.ts';

// What was lost, nobody knows or nobody does any more: it is mended, or said in words, and never deleted on a guess.

let day: TracedSignalbox;

before(async () => {
  day = await tracedSignalbox();
  await day.branchOf('day');
  await day.pushLive('day');
});

after(() => day?.end());

/** Two whole rounds of a duty, begun after now. */
async function afterRoundsOf(duty: string): Promise<void> {
  const ranAt = async (): Promise<string | null> => {
    const { duties } = await day.controller.call<{ duties: { name: string; ranAt: string }[] }>(
      'GET',
      '/api/v1/status',
    );
    return duties.find(({ name }) => name === duty)?.ranAt ?? null;
  };
  for (let round = 1; round <= 2; round += 1) {
    const before = await ranAt();
    await eventually(`another round of ${duty}`, async () => (await ranAt()) !== before);
  }
}

test('a workspace that somebody deleted is there again', async () => {
  const runtime = await day.signalbox.runtime();
  const owner = `environment:${(await day.preview('day')).id}`;
  const workspaces = async (): Promise<string[]> =>
    (await runtime.holdings())
      .filter((one) => one.kind === 'workspace' && one.owner === owner)
      .map(({ id }) => id);
  const before = await workspaces();
  assert.equal(before.length, 1);
  await rm(join(day.data, 'runtime', 'workspaces', before[0] ?? ''), { recursive: true });
  assert.deepEqual(await workspaces(), []);
  await eventually('it is there again', async () => (await workspaces()).join() === before[0]);
  assert.equal((await visit(day.signalbox.gatewayPort, 'day--notes.localhost')).status, 200);
});

test('a branch that moved without a push being noticed is noticed', async () => {
  await day.branchOf('quiet');
  await day.pushLive('quiet');
  const commit = await day.branchOf('loud');
  const repository = join(day.data, 'git', 'notes.git');
  await day.pushLive('loud');
  await day.app.git('--git-dir', repository, 'update-ref', 'refs/heads/quiet', commit);
  await eventually('it serves what the branch is at', () => day.serves('quiet', commit));
});

test('what nobody knows is told with its size and left alone', async () => {
  const runtime = await day.signalbox.runtime();
  const place = { owner: 'environment:nobodyknows0', isolation: 'nobody' };
  await runtime.ensureWorkspace({ id: 'nobodys-files', archives: [], ...place });
  await runtime.ensureInstance({
    id: 'nobodys-service',
    ...place,
    workspace: 'nobodys-files',
    run: 'sleep 600',
    variables: {},
    listens: false,
    stopMs: 100,
  });
  const { url } = await ensureEmbeddedPostgres({ directory: join(day.data, 'postgres') });
  const secret = (await readFile(join(day.data, 'secret.key'), 'utf8')).trim();
  const store = await postgresStore({ url, secret });
  const database = { app: 'notes', name: 'sb_env_nobodyknows0_db' };
  await store.ensure(database, { from: 'empty' });

  await afterRoundsOf('reconcile');
  const told = await day.findings();
  for (const [finding, subject] of [
    ['orphan-workspace', 'nobodys-files'],
    ['orphan-service', 'nobodys-service'],
    ['orphan-database', database.name],
  ] as const) {
    const one = told.find((found) => found.finding === finding && found.subject === subject);
    assert.match(
      one?.text ?? 'nothing',
      /takes \d.* [kMG]?B/,
      `${finding} in ${JSON.stringify(told)}`,
    );
  }
  assert.equal((await runtime.instance('nobodys-service'))?.state, 'running');
  assert.ok(await store.exists(database.name));
  await runtime.stopInstance('nobodys-service');
  await runtime.forget('nobodys-service');
  await runtime.removeWorkspace('nobodys-files');
  await store.drop(database);
  await store.close();
});

test('a duty that nobody does is shown as silent, and alarmed', async () => {
  await day.controller.kill('SIGTERM');
  await day.inDatabase((client) =>
    // As if a controller hung in it.
    client.query(`update duties set ran_at = now() - interval '1 hour', controller = 'hangs',
      held_until = now() + interval '1 hour' where name = 'sweep'`),
  );
  await day.inDatabase((client) =>
    client.query(`insert into controllers (id, host, pid, listen, seen_at)
      values ('hangs', 'elsewhere', 1, '', now() + interval '1 hour')`),
  );
  day.controller = await day.signalbox.start();
  const { duties, ok } = await day.controller.call<{
    ok: boolean;
    duties: { name: string; silent: boolean }[];
  }>('GET', '/api/v1/status');
  assert.equal(duties.find(({ name }) => name === 'sweep')?.silent, true);
  assert.equal(ok, false);
  await eventually('it is an event', () =>
    day.inDatabase(async (client) => {
      const { rows } = await client.query(
        `select text from events where kind = 'duty-silent' and text like '%"sweep"%'`,
      );
      return rows.length === 1;
    }),
  );
  assert.match(JSON.stringify(await day.findings()), /duty-silent/);
});
