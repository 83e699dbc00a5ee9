import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../src/db/pool.ts';
import { pipelineStory, type PipelineStory } from '../support/pipeline-story.ts';

let story: PipelineStory;
let released = '';

before(async () => {
  story = await pipelineStory(`
    - staging: {}
    - production: { approval: person }
`);
});

after(async () => {
  await story?.end();
});

const asks = ({ stages }: { stages: { state: string }[] }): boolean =>
  stages.at(-1)?.state === 'asking';

test('before production it waits for a person: the push ends, no lock is held, staging serves', async () => {
  const commit = await story.commit({}, 'first');
  const output = await story.push();
  assert.match(output, /Passed\. production waits for approval: signalbox approve shop 1/);
  assert.equal(await story.served('staging'), commit);
  assert.equal(await story.served('production'), null);
  await story.until(1, asks);
  const { rows: held } = await story.database.pool.query(
    "select name from lock_queue where holder like 'candidate-%'",
  );
  assert.deepEqual(held, []);
});

test('a newer candidate that waits too overtakes it, and nobody can approve the old one any more', async () => {
  released = await story.commit({ two: '' }, 'second');
  assert.match(await story.push(), /Passed\. production waits for approval/);
  const older = await story.until(1, ({ state }) => state === 'superseded');
  const newer = `candidate 2 (${released.slice(0, 7)})`;
  assert.equal(older.reason, `overtaken by ${newer}, which is ready for production too`);
  await assert.rejects(story.answer(1, { by: 'ada', answer: 'approve' }), {
    code: 'gate/not-asking',
  });
});

test('approved by a person, it goes to production with the artifact that staging has', async () => {
  await story.answer(2, { by: 'ada', answer: 'approve', note: 'looks good' });
  const { stages } = await story.until(2, ({ state }) => state === 'released');
  assert.deepEqual(
    stages.at(-1)?.gate?.answers.map(({ by, answer, note }) => ({ by, answer, note })),
    [{ by: 'ada', answer: 'approve', note: 'looks good' }],
  );
  assert.equal(await story.served('production'), released);
  assert.equal((await story.builds()).length, 2);
});

test('rejected by a person, it is stopped, and production stays as it is', async () => {
  await story.commit({ three: '' }, 'third');
  await story.push();
  await story.until(3, asks);
  await story.answer(3, { by: 'bob', answer: 'reject', note: 'not on a Friday' });
  const stopped = await story.until(3, ({ state }) => state === 'stopped');
  assert.equal(stopped.reason, 'bob said no to production: not on a Friday');
  assert.equal(await story.served('production'), released);
});

test('into a locked lane goes only what reverts the bad commit', async () => {
  const { id } = (await story.environment('production')) ?? { id: '' };
  await sql`insert into lane_locks (environment_id, commit, reason, by)
    values (${id}, ${released}, 'it loses orders', 'ada')`.execute(story.database.db);
  await story.commit({ four: '' }, 'fourth');
  await story.push();
  await story.until(4, asks);
  await story.answer(4, { by: 'ada', answer: 'approve' });
  const waits = await story.until(
    4,
    ({ reason }) => reason?.startsWith('production is locked') ?? false,
  );
  assert.equal(waits.state, 'waiting');
  assert.match(waits.reason ?? '', /locked by ada: it loses orders, until [0-9a-f]{7} is reverted/);
  assert.equal(await story.served('production'), released);

  const revert = await story.commit(
    { four: 'no' },
    `Revert "second"\n\nThis reverts commit ${released}.`,
  );
  await story.push();
  await story.until(4, ({ state }) => state === 'superseded');
  await story.until(5, asks);
  await story.answer(5, { by: 'ada', answer: 'approve' });
  await story.until(5, ({ state }) => state === 'released');
  assert.equal(await story.served('production'), revert);
});
