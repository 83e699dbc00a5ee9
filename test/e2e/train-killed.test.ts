import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase } from '../../src/db/pool.ts';
import { join } from 'node:path';
import { eventually } from '../support/signalbox.ts';
import { trainStory, type TrainStory } from '../support/train-story.ts';

// Controllers die one after the other, each after it has done something new that nobody noted: while the train is
// boarded, built, in staging, while those on board are asked and answer, and on its way into production.
let story: TrainStory;

before(async () => {
  story = await trainStory({
    train: 'approval: authors',
    people: { ann: 'developer', bob: 'developer' },
  });
});

after(() => story?.end());

/** One more than a controller has done before it dies; some get a little further. */
const furtherActs = [1, 4, 2, 6] as const;

test('controllers killed at one step after the other: each vote counts once, and the train arrives once', async () => {
  const subject = 'together (#1)\n\nCo-authored-by: bob <bob@example.com>';
  const commit = await story.change('ann', { 'a.txt': '1' }, subject);
  await story.nextDeparture();
  const commitOf = { commit: commit.slice(0, 12) };
  // Each insists until an answer comes, also where the first try was counted and its answer lost. Ann says it before
  // she is asked, bob waits for the question.
  const saysGood = (person: string): Promise<void> =>
    story.insist(person, '/api/v1/apps/shop/train/good', { ...commitOf, message: `${person}-1` });
  const votes = [saysGood('ann'), story.isAsked().then(() => saysGood('bob'))];
  let died = 0;
  for (; died < 60; died += 1) if (!(await diesAfter(furtherActs[died % 4] ?? 1))) break;
  assert.ok(died >= 8, `${died} died`);
  await story.restart();
  await Promise.all(votes);
  const train = await story.until(({ endedAt }) => endedAt !== null);
  assert.equal(train.state, 'arrived', train.reason ?? '');
  assert.equal(train.commit, commit);
  assert.deepEqual(train.votes.map(({ voter, answer }) => `${voter} ${answer}`).toSorted(), [
    'ann good',
    'bob good',
  ]);
  assert.equal(await story.served('production'), commit);
  await happenedOnce();
});

/** False: the train ended before. */
async function diesAfter(killInAct: number): Promise<boolean> {
  const hasStarted = await story.restart({ killInAct }).then(
    () => true,
    // So early that it had not even said where it listens.
    () => false,
  );
  if (!hasStarted) return true;
  const { process } = story.controller();
  if (process.exitCode !== null || process.signalCode !== null) return true;
  const died = once(process, 'exit').then(() => 'died' as const);
  const ended = eventually('the train has ended', async () => {
    const { trains } = await story
      .controller()
      .call<{ trains: { endedAt: string | null }[] }>('GET', '/api/v1/apps/shop/trains');
    return trains[0]?.endedAt ? ('ended' as const) : null;
  });
  ended.catch(() => undefined);
  return (await Promise.race([died, ended])) === 'died';
}

async function happenedOnce(): Promise<void> {
  const directory = join(story.signalbox.directory, 'data', 'postgres');
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  const { pool, close } = openDatabase(url.href, 1);
  try {
    const said = await pool.query<{ kind: string; count: number }>(
      `select kind, count(*)::int as count from events where kind like 'train-%'
         and kind in ('train-departed', 'train-asks', 'train-good', 'train-leaves', 'train-arrived')
       group by kind order by kind`,
    );
    assert.deepEqual(
      said.rows.map(({ kind, count }) => `${kind} ${count}`),
      ['train-arrived 1', 'train-asks 1', 'train-departed 1', 'train-good 2', 'train-leaves 1'],
    );
    const deploys = await pool.query<{ name: string; count: number }>(
      `select e.name, count(*)::int as count from deploys d join environments e on e.id = d.environment_id
       group by e.name order by e.name`,
    );
    assert.deepEqual(
      deploys.rows.map(({ name, count }) => `${name} ${count}`),
      ['production 1', 'staging 1'],
    );
    const open = await pool.query('select id from candidates where ended_at is null');
    assert.equal(open.rows.length, 0);
  } finally {
    await close();
  }
}
