import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import type { ControllerOptions } from '../support/controller-program.ts';
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';
import { setRemote } from '../support/sample-app.ts';
import { eventually, visit } from '../support/signalbox.ts';

// Each controller replays what those before it have noted, gets a few steps further, and dies there.
const furtherSteps = [1, 3, 2, 4] as const;
const moments = ['before', 'done, not noted', 'after'] as const;

let story: PipelineStory;

before(async () => {
  story = await pipelineStory(`
    - integration: { tests: { api: node ask.js && echo "test $SIGNALBOX_ENVIRONMENT" >> LOG } }
    - staging: { tests: { acceptance: node ask.js && echo "test $SIGNALBOX_ENVIRONMENT" >> LOG } }
`);
});

after(async () => {
  await story?.end();
});

test('controllers killed at one step after the other: the candidate is released, and nothing was done twice', async () => {
  const commit = await story.commit({ 'server.js': tracingServer(story.log) }, 'first');
  await story.controller.kill();
  await dieWhilePushing({ step: 8, moment: 'after' });
  let died = 0;
  for (; died < 40; died += 1) {
    const step = (await notedSteps()) + (furtherSteps[died % 4] ?? 1);
    if (!(await diesAt({ step, moment: moments[died % 3] ?? 'after' }))) break;
  }
  assert.ok(died >= 8, `${died} died`);

  story.controller = await story.signalbox.start();
  const { stages } = await story.until(1, ({ endedAt }) => endedAt !== null);
  assert.deepEqual(
    stages.map(({ name, state, tests }) => [name, state, tests.map((one) => one.state)]),
    [
      ['integration', 'passed', ['passed']],
      ['staging', 'passed', ['passed']],
    ],
  );
  assert.equal((await story.candidate(1)).state, 'released');
  const served = await visit(story.signalbox.gatewayPort, 'staging--shop.localhost');
  assert.equal((JSON.parse(served.body) as { commit: string }).commit, commit);
  assert.deepEqual((await story.builds()).toSorted(), [
    commit,
    'start stage/integration/1',
    'start staging',
    'test stage/integration/1',
    'test staging',
  ]);
  await nothingLeft();
});

/** About where the push hands its commit over. */
async function dieWhilePushing(killAt: NonNullable<ControllerOptions['killAt']>): Promise<void> {
  const controller = await story.signalbox.start({ killAt });
  await setRemote(controller, story.app);
  const died = once(controller.process, 'exit');
  await story.push();
  await died;
}

/** Of all runs that go on when a controller starts. */
async function notedSteps(): Promise<number> {
  const { rows } = await story.database.pool.query<{ count: number }>(
    `select count(*)::int as count from dbos.operation_outputs o join dbos.workflow_status w using (workflow_uuid)
     where w.status = 'PENDING' and o.function_name not like 'DBOS.%'`,
  );
  return rows[0]?.count ?? 0;
}

/** False: the candidate ended before. */
async function diesAt(killAt: NonNullable<ControllerOptions['killAt']>): Promise<boolean> {
  if ((await story.candidate(1).catch(() => null))?.endedAt) return false;
  const controller = await story.signalbox.start({ killAt }).catch(() => null);
  // So early that it had not even said where it listens.
  if (controller === null) return true;
  const died = once(controller.process, 'exit').then(() => true);
  const ended = story.until(1, ({ endedAt }) => endedAt !== null).then(() => false);
  const first = await Promise.race([died, ended]);
  ended.catch(() => undefined);
  await controller.kill();
  return first;
}

async function nothingLeft(): Promise<void> {
  await eventually(
    'its own environment is gone',
    async () => !(await story.environment('stage/integration/1')),
  );
  await eventually('no lock is held', async () => {
    const { rows } = await story.database.pool.query('select name, holder from lock_queue');
    if (rows.length > 0) throw new Error(JSON.stringify(rows));
    return true;
  });
  const { rows: deploys } = await story.database.pool.query<{ name: string; state: string }>(
    'select e.name, d.state from deploys d join environments e on e.id = d.environment_id order by e.name',
  );
  assert.deepEqual(deploys, [
    { name: 'stage/integration/1', state: 'replaced' },
    { name: 'staging', state: 'live' },
  ]);
  const runtime = await story.signalbox.runtime();
  await eventually('one instance runs', async () => {
    const running = (await runtime.holdings()).filter(
      ({ kind, running: runs }) => runs && kind === 'service',
    );
    return running.length === 1;
  });
}

const tracingServer = (
  log: string,
): string => `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'start ' + process.env.SIGNALBOX_ENVIRONMENT + '\\n');
const { SIGNALBOX_COMMIT: commit, SIGNALBOX_ENVIRONMENT: environment } = process.env;
const server = require('node:http').createServer((request, reply) => reply.end(JSON.stringify({ commit, environment })));
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
