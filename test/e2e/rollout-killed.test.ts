import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { laneFaults } from '../../src/rollout/lane-faults.ts';
import { sql } from '../../src/db/pool.ts';
import type { ControllerOptions } from '../support/controller-program.ts';
import { rolloutStory, type RolloutStory } from '../support/rollout-story.ts';
import { eventually } from '../support/signalbox.ts';

// Each controller goes on where the one before died, gets to the next named step, and dies there.

const ways = `  shares: { strategy: canary, steps: [50 %, 100 %], bake: 2s, warm: 5m, judge: { warm-up: 0s } }
  sets: { strategy: blue-green, bake: 2s, warm: 5m, judge: { warm-up: 0s } }
`;
const moments = ['before', 'done, not noted', 'after'] as const;

const proving = [
  'begin the rollout to production',
  'unpack the artifact for production',
  'count the instances',
  'start the new set hidden',
  'wait until the new set is healthy',
  'smoke-test the new set',
];
const swinging = [
  'start what takes no requests',
  'send all requests of production',
  'say where production lives',
  'put the old release of production aside',
  'let the next deploy of production in',
  'say that it is released',
];
let story: RolloutStory;

before(async () => {
  story = await rolloutStory('mortal', { ways, first: 'shares' });
});

after(async () => {
  await story?.end();
});

type Death = NonNullable<ControllerOptions['killIn']>;

/** A controller that lives until it comes to this step. */
async function dieIn(killIn: Death): Promise<void> {
  await story.controller.kill();
  const controller = await story.signalbox.start({ killIn }).catch(() => null);
  // null: so early that it had not even said where it listens.
  if (controller !== null) story.controller = controller;
  await isDead(killIn);
}

async function isDead({ moment, step }: Death, output = ''): Promise<void> {
  const when = `${moment} "${step}"`;
  const { controller } = story;
  await eventually(`it dies ${when}`, async () => {
    if (controller.process.signalCode === 'SIGKILL') return true;
    const rollout = JSON.stringify(await story.newest());
    throw new Error([rollout, output, controller.log()].join('\n'));
  });
  const { db } = await story.database();
  const environment = await onlyRow<{ id: string }>('select id from environments');
  assert.deepEqual(await laneFaults({ db }, environment.id), [], when);
}

async function onlyRow<T>(text: string): Promise<T> {
  const { rows } = await sql.raw<T>(text).execute((await story.database()).db);
  assert.equal(rows.length, 1);
  return rows[0]!;
}

/** One controller after another dies, at each step, and a last one lives. */
async function shipThrough(
  mood: Parameters<RolloutStory['ship']>[0],
  { how, steps, moment }: { how: string; steps: readonly string[]; moment: number },
): Promise<void> {
  const [first = '', ...rest] = steps;
  const momentOf = (at: number): Death['moment'] => moments[(at + moment) % 3] ?? 'after';
  await story.controller.kill();
  const killIn = { step: first, moment: momentOf(0) };
  story.controller = await story.signalbox.start({ killIn });
  await isDead(killIn, await story.ship(mood, how));
  for (const [at, step] of rest.entries()) await dieIn({ step, moment: momentOf(at + 1) });
  story.controller = await story.signalbox.start();
}

/** Nobody has the lane, nothing is hidden, and what the rows say runs, started once. */
async function isTidy(release: string): Promise<void> {
  const { db } = await story.database();
  await eventually('no lock is held', async () => {
    const { rows } = await sql`select name, holder from lock_queue`.execute(db);
    if (rows.length > 0) throw new Error(JSON.stringify(rows));
    return true;
  });
  const hidden = await sql`select instance_id from hidden_instances`.execute(db);
  assert.deepEqual(hidden.rows, []);
  const { shares } = await onlyRow<{ shares: unknown }>('select shares from environments');
  assert.equal(shares, null);
  await eventually('exactly the living instances run', async () => {
    const { rows } = await sql<{ name: string }>`
      select deploy_id || ' ' || service as name from instances where state <> 'stopped' order by 1`.execute(
      db,
    );
    const known = rows.map(({ name }) => name).toSorted();
    assert.deepEqual(await story.running(), known);
    return known.length > 0;
  });
  assert.equal(await story.app.starts(release), 2, 'each instance was started once');
  assert.equal(await story.app.smokes(release), 2, 'each was smoke-tested once');
}

const oddOf = (): string[] => story.odd('first', 'canary', 'bad canary', 'green', 'bad green');

test('a canary whose controllers are killed at every step arrives, and nobody meets an error', async () => {
  const share = ['send 50 % of the users', 'say what step 1 (50 %) can see', 'watch step 1 (50 %)'];
  const steps = [...proving, ...share, ...swinging];
  await shipThrough({ release: 'canary' }, { how: 'shares', steps, moment: 1 });
  await story.until('it is promoted', ({ state }) => state === 'promoted');
  await story.onlyAnswers('canary');
  await isTidy('canary');
  assert.deepEqual(oddOf(), []);
});

test('a bad canary is undone by the judge, whichever controllers are killed on the way', async () => {
  const steps = [
    'send 50 % of the users',
    'set the route of the old release again',
    'see who took it back',
    'start what the old release lacks',
    'drain what the bad release',
    'stop the bad release',
    'write down that it is rolled back',
  ];
  await shipThrough({ release: 'bad canary', failsOneIn: 4 }, { how: 'shares', steps, moment: 0 });
  const { decidedBy } = await story.until('it is undone', ({ state }) => state === 'rolled-back');
  assert.equal(decidedBy, 'the judge');
  await story.onlyAnswers('canary');
  await isTidy('bad canary');
  assert.deepEqual(oddOf(), ['500 bad canary']);
});

test('a blue-green release whose controllers are killed on the way arrives', async () => {
  await story.order('lane/lift');
  const steps = [
    'start the new set hidden',
    'let both sets serve side by side',
    'watch step 1 (half of the users)',
    ...swinging,
  ];
  await shipThrough({ release: 'green' }, { how: 'sets', steps, moment: 2 });
  await story.until('it is promoted', ({ state }) => state === 'promoted');
  await story.onlyAnswers('green');
  await isTidy('green');
});

test('a bad blue-green release is undone by the judge, whichever controllers are killed on the way', async () => {
  const steps = [
    'say what step 1 (half of the users)',
    'watch step 1 (half of the users)',
    'see whether somebody took the lane away',
    'see that the old release is whole',
    'stop the bad release',
    'let the next one into the lane',
  ];
  await shipThrough({ release: 'bad green', failsOneIn: 4 }, { how: 'sets', steps, moment: 0 });
  const { decidedBy } = await story.until('it is undone', ({ state }) => state === 'rolled-back');
  assert.equal(decidedBy, 'the judge');
  await story.onlyAnswers('green');
  await isTidy('bad green');
  assert.deepEqual(oddOf(), ['500 bad canary', '500 bad green']);
});
