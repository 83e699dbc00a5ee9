import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { remoteOf } from '../support/sample-app.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { tracedSignalbox, type TracedSignalbox } from '../support/traced-signalbox.ts';

// Everybody wants something of the same environment at the same moment.

let day: TracedSignalbox;

before(async () => {
  day = await tracedSignalbox();
});

after(() => day?.end());

interface Push {
  commit: string;
  state: string;
  endedAt: string | null;
}

const pushesTo = async (branch: string): Promise<Push[]> =>
  (
    await day.controller.call<{ pushes: Push[] }>(
      'GET',
      `/api/v1/pushes?app=notes&branch=${branch}&limit=50`,
    )
  ).pushes;

/** What runs of an environment, and how many workspaces it has. */
async function holdingsOf(id: string): Promise<string[]> {
  const runtime = await day.signalbox.runtime();
  return (await runtime.holdings())
    .filter(
      ({ owner, kind, running }) =>
        owner === `environment:${id}` && (running || kind === 'workspace'),
    )
    .map(({ kind, id: holding }) => `${kind} ${holding}`);
}

test('ten pushes to one branch within three seconds: the one git took last is served, alone', async () => {
  const tree = await day.app.git('rev-parse', 'main^{tree}');
  const pushes = Array.from({ length: 10 }, async (_, index) => {
    const commit = await day.app.git('commit-tree', tree, '-p', 'main', '-m', `push ${index}`);
    await pause(index * 300);
    return day.app.push('--force', remoteOf(day.controller, day.app), `${commit}:refs/heads/busy`);
  });
  const results = await Promise.all(pushes);
  assert.ok(results.some(({ accepted }) => accepted));
  for (const { accepted, output } of results)
    assert.match(output, accepted ? /Live: http|was pushed after it/ : /rejected|lock/, output);
  const [head = ''] = (
    await day.app.git('ls-remote', remoteOf(day.controller, day.app), 'refs/heads/busy')
  ).split('\t');
  await eventually('the last one is served', () => day.serves('busy', head));
  const rows = await pushesTo('busy');
  assert.equal(rows.length, results.filter(({ accepted }) => accepted).length);
  assert.ok(
    rows.every(({ endedAt }) => endedAt !== null),
    JSON.stringify(rows),
  );
  const { id } = await day.preview('busy');
  await eventually(
    'one web, one worker, one workspace',
    async () => (await holdingsOf(id)).length === 3,
  );
  assert.deepEqual(await day.app.doubled(), []);
});

/** The answer's status and code; a refusal is as good as an answer, a bug is not. */
async function ask(method: string, path: string, body?: object): Promise<string> {
  const reply = await fetch(day.controller.url + path, {
    method,
    headers: {
      authorization: `Bearer ${day.controller.token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body ? JSON.stringify(body) : null,
  });
  const said = (await reply.json()) as { code?: string };
  assert.ok(reply.status < 500, `${method} ${path}: ${reply.status} ${JSON.stringify(said)}`);
  return `${reply.status} ${said.code ?? ''}`;
}

/** The milliseconds after which each is asked for. */
const orders = [
  { deploy: 0, destroy: 0, reset: 0 },
  { deploy: 0, destroy: 400, reset: 100 },
  { deploy: 300, destroy: 600, reset: 0 },
];

for (const [index, order] of orders.entries()) {
  test(`a deploy, a reset and the destruction of one environment asked at once (after ${Object.values(order).join(', ')} ms) leave nothing half done`, async () => {
    const branch = `torn-${index}`;
    await day.branchOf(branch);
    await day.pushLive(branch);
    const { id, host } = await day.preview(branch);
    const at = `/api/v1/environments/${id}`;
    await Promise.all([
      pause(order.deploy).then(() => ask('POST', `${at}/deploys`, {})),
      pause(order.reset).then(() => ask('POST', `${at}/reset-data`, {})),
      pause(order.destroy).then(() => ask('DELETE', at)),
    ]);
    await eventually('it is gone', async () => (await day.living()).every((one) => one.id !== id));
    await eventually('all that was asked for has ended', async () =>
      (await pushesTo(branch)).every(({ endedAt }) => endedAt !== null),
    );
    await eventually('nothing of it is left', async () => {
      const left = await holdingsOf(id);
      if (left.length > 0) throw new Error(left.join());
      return true;
    });
    const databases = await day.inDatabase((client) =>
      client.query(`select datname from pg_database where starts_with(datname, $1)`, [
        `sb_env_${id}`,
      ]),
    );
    assert.deepEqual(databases.rows, []);
    // A deploy that was asked for may begin when the old one is gone, and is then one for a new environment.
    const next = (await day.living()).find((one) => one.branch === branch);
    assert.equal((await visit(day.signalbox.gatewayPort, host)).status, next ? 200 : 404);
    assert.ok(
      next === undefined || (next.state === 'live' && (await holdingsOf(next.id)).length === 3),
    );
    assert.ok((await day.findings()).every(({ finding }) => !finding.startsWith('orphan')));
  });
}
