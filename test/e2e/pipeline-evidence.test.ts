import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LoadResult } from '../../src/checks/report/load-result.ts';
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';
import { notesFiles, withPackages } from '../support/sample-app.ts';

// What a candidate's tests, migrations, surroundings and load say of it, and what becomes of it then.

const yaml = `app: shop
services:
  web: { run: node server.js, stop: 1s }
stores:
  db: { postgres: { migrate: node migrate.js } }
checks: { syntax: node --check server.js }
pipeline:
  stages:
    - performance: { environment: fresh, tests: { load: cp measured.json load-result.json } }
    - staging: { infrastructure: infra/checks.yaml, tests: { api: sh api-test.sh } }
    - production: {}
`;

/** Its tests leave reports: TAP in the log, a measured load. */
const files = {
  'signalbox.yaml': yaml,
  'migrate.js': notesFiles('shop')['migrate.js'] ?? '',
  'migrations/1-goods.sql': 'create table goods (id serial primary key, name text, price int);',
  'infra/checks.yaml': `urls: { home: { url: "\${SIGNALBOX_URL}/", contains: commit } }\n`,
  'api-test.sh': 'echo TAP version 13; echo ok 1 - lists; echo ok 2 - adds; echo 1..2',
  'measured.json': measured(10),
};

function measured(ms: number): string {
  const buckets = Array.from({ length: 20 }, (_, at) => [(ms * (at + 1)) / 20, 100]);
  return JSON.stringify({
    requests: 2000,
    bad: 0,
    seconds: 20,
    latencies: { unit: 'ms', buckets },
  });
}

let story: PipelineStory;
let serving = '';

before(async () => {
  story = await pipelineStory('    - production: {}\n');
  await withPackages(story.app, 'pg');
});

after(async () => {
  await story?.end();
});

/** A commit that production must not get. */
async function stopped(what: Readonly<Record<string, string>>, message: string): Promise<string> {
  await story.commit(what, message);
  const output = await story.push();
  assert.match(output, /Failed: /);
  assert.equal(await story.served('production'), serving);
  assert.equal(await story.served('staging'), serving);
  return output;
}

test('what tests, load and infrastructure checks of a good release say is told and kept', async () => {
  serving = await story.commit(files, 'first');
  const output = await story.push();
  for (const said of [
    /Test load of performance: passed/,
    /Performance in load of performance: nothing to compare: no released candidate has a result of this test/,
    /Infrastructure of staging: its check passed/,
    /Test api of staging: passed \(\S+ s\), 2 tests/,
    /Live: http/,
  ])
    assert.match(output, said);
  const { levels, stages } = await story.until(1, ({ state }) => state === 'released');
  assert.deepEqual(
    levels.map(({ level, jobs, tests, failed }) => [level, jobs, tests, failed]),
    [
      ['checks', 1, null, null],
      ['performance', 1, null, null],
      ['staging', 1, 2, 0],
    ],
  );
  assert.deepEqual(
    stages[1]?.infrastructure.map(({ name, passed }) => [name, passed]),
    [['home', true]],
  );
});

test('anybody who deploys may ask the infrastructure checks again, of what serves now', async () => {
  const path = `/api/v1/environments/${encodeURIComponent('shop/staging')}/infrastructure/check`;
  const checked = await story.controller.call<{ file: string; commit: string; passed: boolean }>(
    'POST',
    path,
    {},
  );
  const { file, commit, passed } = checked;
  assert.deepEqual([file, commit, passed], ['infra/checks.yaml', serving, true]);
});

test('a migration that the running release cannot live with is refused with the recipe before anything is deployed', async () => {
  const drop = 'alter table goods drop column name;';
  const output = await stopped({ 'migrations/2-drop.sql': drop }, 'no names');
  assert.match(
    output,
    /Failed: production: [0-9a-f]{7}, which serves production, cannot live with migrations\/2-drop.sql; nothing was migrated/,
  );
  assert.match(
    output,
    /migrations\/2-drop.sql:1: breaks old release: alter table goods drop column/,
  );
  assert.match(output, /→ /);
  assert.doesNotMatch(output, /Stage performance/);
  const { stages } = await story.candidate(2);
  assert.deepEqual(
    stages.map(({ state }) => state),
    ['waiting', 'waiting', 'failed'],
  );
});

test('with a reason in the file it passes, and whoever looks back is told so', async () => {
  const waiver = '-- signalbox: safe because nobody ever read it';
  serving = await story.commit({
    'migrations/2-drop.sql': `${waiver}\nalter table goods drop column name;`,
  });
  const output = await story.push();
  assert.match(output, /migrations\/2-drop.sql: waived: safe because nobody ever read it/);
  assert.match(output, /Performance in load of performance: no worse than candidate 1/);
  assert.match(output, /Live: http/);
  await story.until(3, ({ state }) => state === 'released');
  const { rows } = await story.database.pool.query(
    "select distinct judgement -> 'waiver' ->> 'reason' as reason from migration_judgements",
  );
  assert.deepEqual(rows, [{ reason: 'nobody ever read it' }]);
});

test('the names of failing tests are in the answer to the push', async () => {
  await story.commit({
    'api-test.sh':
      'echo TAP version 13; echo ok 1; echo not ok 2 - adds a price; echo 1..2; exit 1',
  });
  const output = await story.push();
  assert.match(output, /Test api of staging: failed \(\S+ s\), 1 of 2 tests failed/);
  assert.match(output, /Failed: staging: tests did not pass: api \(exit code 1: "adds a price"\)/);
  assert.equal(await story.served('production'), serving);
  const { stages } = await story.candidate(4);
  const [api] = stages[1]?.tests ?? [];
  assert.deepEqual([api?.total, api?.failed, api?.failures[0]?.name], [2, 1, 'adds a price']);
  serving = await story.commit({ 'api-test.sh': files['api-test.sh'] }, 'mended');
  assert.match(await story.push(), /Live: http/);
});

test('a failing infrastructure check stops the deploy before anybody is sent to it', async () => {
  const output = await stopped(
    { 'infra/checks.yaml': 'urls: { home: { url: "${SIGNALBOX_URL}/", contains: price } }' },
    'x',
  );
  assert.match(output, /Failed: staging: 1 of 1 infrastructure checks failed: url home/);
  assert.match(output, /url home: expected .*price.*; found /);
});

test('a load result slower than that of the last release fails its stage', async () => {
  const output = await stopped(
    { 'infra/checks.yaml': files['infra/checks.yaml'], 'measured.json': measured(25) },
    'slower',
  );
  assert.match(
    output,
    /Failed: performance: tests did not pass: load \(worse than candidate 5 \([0-9a-f]{7}\): [\d,]+ of 2,000 requests took longer than/,
  );
  const { rows } = await story.database.pool.query(
    'select verdict from performance_verdicts join candidates on id = candidate_id where number = 7',
  );
  assert.deepEqual(rows, [{ verdict: 'worse' }]);
});

test('where a test wants it, what the gateway counted meanwhile is its load result', async () => {
  await story.commit(
    {
      'signalbox.yaml': yaml.replace(
        'load: cp measured.json load-result.json',
        'traffic: { run: node load.js, load: gateway }',
      ),
      'load.js': `const { hostname: host, port } = new URL(process.env.SIGNALBOX_URL);
const get = () => new Promise((done) => require('node:http').get({ host: '127.0.0.1', port, headers: { host } },
  (reply) => reply.resume().on('end', done)));
(async () => { for (let left = 50; left > 0; left -= 1) await get(); })();
`,
    },
    'traffic',
  );
  const output = await story.push();
  assert.match(output, /Performance in traffic of performance: nothing to compare: no released/);
  const { rows } = await story.database.pool.query<{ load: LoadResult }>(
    "select load from candidate_tests where name = 'traffic'",
  );
  const load = rows[0]?.load;
  assert.deepEqual([load?.requests, load?.bad, load?.missing], [50, 0, []]);
  assert.equal(
    load?.buckets.reduce((sum, [, count]) => sum + count, 0),
    50,
  );
});
