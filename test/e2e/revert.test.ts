import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sql } from '../../src/db/pool.ts';
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import { eventually, visit } from '../support/signalbox.ts';

let story: PipelineStory;
let terminal: Shell;
let bad = '';

before(async () => {
  story = await pipelineStory(`
    - staging: { tests: { acceptance: node ask.js } }
    - production: {}
`);
  terminal = atTerminal();
});

after(async () => {
  await story?.end();
});

function atTerminal(): Shell {
  const { controller, signalbox } = story;
  return shell({ controller, home: signalbox.directory, directory: signalbox.directory });
}

async function price(): Promise<string | null> {
  const { status, body } = await visit(story.signalbox.gatewayPort, 'shop.localhost', '/price');
  return status === 200 ? (JSON.parse(body) as { price: string }).price : null;
}

test('a bad commit is live; reverted, it goes through all stages and production serves the old content', async () => {
  await story.commit({ 'server.js': pricingServer, price: '12' }, 'a shop');
  await story.push();
  assert.equal(await price(), '12');
  bad = await story.commit({ price: '0' }, 'sell for nothing');
  await story.push();
  assert.equal(await price(), '0');
  const built = await story.builds();

  const asked = ['revert', bad.slice(0, 8), '--reason', 'It sells for nothing.'];
  const { code, out, err } = await terminal.signalbox(asked);
  assert.equal(code, 0, err);
  assert.match(out, /^http:\/\/shop\.localhost/);
  assert.match(err, /main of shop: Revert "sell for nothing"/);
  assert.match(err, /Candidate 3: staging → production/);
  assert.match(err, /Test acceptance of staging: passed/);
  assert.equal(await price(), '12');
  // The files are those of the first commit, and so is the artifact.
  assert.match(err, /Built before/);
  assert.deepEqual(await story.builds(), built);
  const { state, stages } = await story.until(3, ({ endedAt }) => endedAt !== null);
  assert.deepEqual([state, stages.map((one) => one.state)], ['released', ['passed', 'passed']]);
});

test('a second time it is refused with what to type instead', async () => {
  const { code, err } = await terminal.signalbox(['revert', bad]);
  assert.equal(code, 1);
  assert.match(err, /was reverted on main of shop before, by [0-9a-f]{7}\./);
});

test('a clone that pulls has the revert, and goes on from there', async () => {
  await story.app.git('pull', '-q', 'signalbox', 'main');
  bad = await story.commit({ price: '1' }, 'too cheap');
  assert.match(await story.push(), /Live: http:\/\/shop\.localhost/);
  assert.equal(await price(), '1');
});

test('into a locked lane goes the revert, and not what only comes after the bad commit', async () => {
  const production = await story.environment('production');
  await sql`insert into lane_locks (environment_id, commit, reason, by)
    values (${production?.id}, ${bad}, 'it sells for too little', 'ada')`.execute(
    story.database.db,
  );
  await story.commit({ more: '' }, 'more');
  assert.match(await story.push(), /production is locked by ada/);
  assert.equal(await price(), '1');
  const { code, err } = await terminal.signalbox(['revert', bad]);
  assert.equal(code, 0, err);
  assert.equal(await price(), '12');
  await sql`delete from lane_locks`.execute(story.database.db);
});

test('killed when the branch had moved and nobody had written it down, it is noticed and goes its way', async () => {
  await story.app.git('pull', '-q', 'signalbox', 'main');
  bad = await story.commit({ price: '2' }, 'still too cheap');
  await story.push();
  assert.equal(await price(), '2');
  const died = once(story.controller.process, 'exit');
  const hook = await killingHook(story.controller.process.pid ?? 0);
  const { code } = await terminal.signalbox(['revert', bad]);
  assert.equal(code, 1);
  await died;
  await rm(hook);
  const { rows } = await story.database.pool.query(`select from pushes where by = 'reconciler'`);
  assert.equal(rows.length, 0);

  story.controller = await story.signalbox.start();
  await eventually('production has the old price', async () => (await price()) === '12');
  const again = await atTerminal().signalbox(['revert', bad]);
  assert.match(again.err, /was reverted on main of shop before/);
});

/** Git runs it in the moment in which a branch has moved. */
async function killingHook(pid: number): Promise<string> {
  const hooks = join(story.signalbox.directory, 'data', 'git', 'shop.git', 'hooks');
  const file = join(hooks, 'reference-transaction');
  await writeFile(file, `#!/bin/sh\n[ "$1" = committed ] && kill -9 ${pid}\nexit 0\n`, {
    mode: 0o755,
  });
  return file;
}

/** As the sample's, with a price from a file of the commit. */
const pricingServer = `const { SIGNALBOX_COMMIT: commit, SIGNALBOX_ENVIRONMENT: environment } = process.env;
const price = require('node:fs').readFileSync('price', 'utf8').trim();
const server = require('node:http').createServer((request, reply) => {
  reply.setHeader('content-type', 'application/json');
  reply.end(JSON.stringify({ commit, environment, price }));
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
