import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';
import { eventually } from '../support/signalbox.ts';

const stages = `
    - parts: { environment: package, tests: { files: test -e server.js && test -n "$DATABASE_URL" } }
    - integration: { keep: 10m, tests: { api: node ask.js, quick: "true" } }
    - performance: { optional: true, skip: ["docs/**"], tests: { load: test ! -e heavy } }
    - staging: { tests: { acceptance: node ask.js } }
    - production: {}
`;

let story: PipelineStory;
let first = '';

before(async () => {
  story = await pipelineStory(stages);
});

after(async () => {
  await story?.end();
});

test('a commit goes through every stage with one artifact, and what was made for it alone is gone then', async () => {
  first = await story.commit({}, 'first');
  const output = await story.push();
  for (const said of [
    /Candidate 1: parts → integration → performance → staging → production/,
    /Test files of parts: passed/,
    /Test api of integration: passed/,
    /Stage performance: passed/,
    /staging is live: http/,
    /Test acceptance of staging: passed/,
    /Live: http:\/\/shop\.localhost/,
  ])
    assert.match(output, said);
  assert.equal(await story.served('staging'), first);
  assert.equal(await story.served('production'), first);
  assert.deepEqual(await story.builds(), [first]);
  const { stages: all, levels } = await story.until(1, ({ state }) => state === 'released');
  assert.deepEqual(
    all.map(({ name, state, tests }) => [name, state, tests.map((one) => one.state)]),
    [
      ['parts', 'passed', ['passed']],
      ['integration', 'passed', ['passed', 'passed']],
      ['performance', 'passed', ['passed']],
      ['staging', 'passed', ['passed']],
      ['production', 'passed', []],
    ],
  );
  assert.deepEqual(
    levels.map(({ level, jobs }) => [level, jobs]),
    [
      ['package', 1],
      ['integration', 2],
      ['performance', 1],
      ['staging', 1],
    ],
  );
  for (const name of ['stage/parts/1', 'stage/integration/1', 'stage/performance/1'])
    await eventually(`${name} is gone`, async () => !(await story.environment(name)));
});

test('a failing test stops the candidate with its log, and its environment stays for looking at for a while', async () => {
  await story.commit({ 'wrong-price': '' }, 'a wrong price');
  const output = await story.push();
  assert.match(output, /Failed: integration: tests did not pass: api \(exit code 1\)/);
  assert.match(output, /the price is wrong/);
  assert.match(output, /signalbox console stage\/integration\/2/);
  const failed = await story.until(2, ({ state }) => state === 'failed');
  const integration = failed.stages.find(({ name }) => name === 'integration');
  assert.equal(integration?.state, 'failed');
  assert.ok(integration.keptUntil);
  assert.deepEqual(
    failed.stages.slice(2).map(({ state }) => state),
    ['waiting', 'waiting', 'waiting'],
  );
  assert.equal(await story.served('staging'), first);
  assert.equal((await story.environment('stage/integration/2'))?.state, 'live');
  await story.signalbox.ahead(11 * 60_000);
  await eventually(
    'its time is over',
    async () => !(await story.environment('stage/integration/2')),
  );
});

test('an optional stage stops nobody, and is skipped where only what its rule names has changed', async () => {
  await story.app.git('rm', '--quiet', 'wrong-price');
  await story.commit({ heavy: '' }, 'heavier');
  const heavy = await story.push();
  assert.match(heavy, /Stage performance: failed, .* it is optional, so the candidate goes on/);
  assert.match(heavy, /Live: http/);
  await story.until(3, ({ state }) => state === 'released');
  await story.commit({ 'docs/page.md': 'words' }, 'words');
  const words = await story.push();
  assert.match(words, /Stage performance: skipped, only docs\/\*\* changed since the release of/);
  assert.match(words, /Live: http/);
});

test('two candidates are in a stage of their own environments at once, and the newer one is released', async () => {
  await story.commit({ hold: story.signal }, 'slow');
  const older = story.push();
  await story.until(
    5,
    ({ stages: all }) => all[1]?.tests.some(({ name }) => name === 'api') ?? false,
  );
  await story.app.git('rm', '--quiet', 'hold');
  const newest = await story.commit({}, 'quick again');
  const newer = story.push();
  await Promise.race([
    story.until(6, ({ stages: all }) => all[1]?.state === 'passed'),
    newer.then((output) => assert.match(output, /Live: http/)),
  ]);
  assert.equal((await story.candidate(5)).stages[1]?.state, 'running');
  await writeFile(story.signal, '');
  assert.match(await newer, /Live: http/);
  assert.match(await older, /Stopped [0-9a-f]{7}: overtaken by candidate 6/);
  assert.equal(await story.served('production'), newest);
});
