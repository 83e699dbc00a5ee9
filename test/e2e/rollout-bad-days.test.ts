import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addApp, notesFiles, sampleApp, withPackages } from '../support/sample-app.ts';
import { rolloutStory, type RolloutStory } from '../support/rollout-story.ts';
import { eventually, visit } from '../support/signalbox.ts';
import { steadyLoad } from '../support/steady-load.ts';

// What goes wrong while a release takes over: each time a clear stop, said in words, and the old release serves.

const ways = `  shares: { strategy: canary, steps: [50 %, 100 %], bake: 1s, warm: 5m, judge: { warm-up: 0s } }
`;

let story: RolloutStory;
let first = '';

before(async () => {
  story = await rolloutStory('frail', { ways, first: 'shares' });
  first = (await story.newest()).id;
});

after(async () => {
  await story?.end();
});

/** All requests, all that runs, and no rollout under way. */
async function oldServes(deploy = first, release = 'first'): Promise<void> {
  await story.onlyAnswers(release);
  const its = [`${deploy} web`, `${deploy} web`, `${deploy} worker`];
  await eventually('only the old release runs', async () => {
    const running = await story.running();
    if (JSON.stringify(running) === JSON.stringify(its)) return true;
    throw new Error(running.join(', '));
  });
}

const waitsForTraffic = () =>
  story.until('it waits for traffic', ({ phase }) => phase.startsWith('waits for traffic'));

interface Candidate {
  number: number;
  commit: string;
  state: string;
  reason: string | null;
}

/** Newest first. */
async function candidates(): Promise<Candidate[]> {
  const path = '/api/v1/apps/frail/candidates';
  return (await story.controller.call<{ candidates: Candidate[] }>('GET', path)).candidates;
}

const candidateIs = (state: string): Promise<Candidate> =>
  eventually(`the newest candidate is ${state}`, async () => {
    const [newest] = await candidates();
    if (newest?.state === state) return newest;
    throw new Error(JSON.stringify(newest));
  });

test('a smoke test that never passes stops a release that nobody has met', async () => {
  const output = await story.ship({ release: 'smoking', smokeFails: 99 }, 'shares');
  assert.match(output, /Failed: .*smoke test of web \d failed: exit code 1, and so did its/);
  assert.match(output, /the smoke test found smoke/);
  assert.equal((await story.newest()).state, 'failed');
  await oldServes();
  assert.deepEqual(story.odd('first'), []);
});

test('a release that ends soon after it was started is stopped before anybody meets it', async () => {
  const output = await story.ship({ release: 'crashing', crashes: true }, 'shares');
  // It may have been healthy for a moment: the smoke test finds nobody then.
  assert.match(output, /Failed: .*web \d (did not become healthy|failed): .*exit code \d/);
  assert.equal((await story.newest()).state, 'failed');
  await oldServes();
  assert.deepEqual(story.odd('first'), []);
});

test('instances that die again and again while they have a share are taken back', async () => {
  const output = await story.ship({ release: 'dying', diesAfter: 5 }, 'shares');
  assert.match(output, /Failed: production: rolled back by the judge: /);
  const { decision } = await story.until('it is undone', ({ state }) => state === 'rolled-back');
  assert.match(decision ?? '', /ended \d times|is gone|answers were bad|failed, of the stable/);
  await oldServes();
  await story.order('lane/lift');
});

test('an artifact that is gone when its turn comes is said, and nothing is started', async () => {
  const known = await artifacts();
  await story.order('lane/lock', { reason: 'a quiet hour' });
  assert.match(await story.ship({ release: 'lost' }, 'shares'), /locked by .*a quiet hour/);
  for (const file of await artifacts()) if (!known.includes(file)) await rm(file);
  await story.order('lane/lift');
  const { reason } = await candidateIs('failed');
  assert.match(reason ?? '', /its artifact is gone/);
  await oldServes();
});

async function artifacts(): Promise<string[]> {
  const place = join(story.signalbox.directory, 'data', 'artifacts');
  const all = await readdir(place, { recursive: true });
  return all.filter((file) => file.endsWith('.tar')).map((file) => join(place, file));
}

test('without visitors a release waits and says so; it is paused, resumed, and promoted by a person', async () => {
  await story.load.stop();
  const shipped = story.ship({ release: 'lonely' }, 'shares');
  await waitsForTraffic();
  await story.order('pause');
  const paused = await story.until('it is paused', ({ phase }) => phase.startsWith('paused by'));
  assert.match(paused.phase, /somebody wants it so/);
  await story.order('resume');
  await waitsForTraffic();
  assert.equal((await story.newest()).state, 'running', 'no traffic is neither pass nor fail');
  await story.order('promote');
  assert.match(await shipped, /Live: http/);
  story.load = steadyLoad(story.signalbox.gatewayPort, 'frail.localhost', 80);
  await story.onlyAnswers('lonely');
});

test('a person ends a rollout: the old release has all requests, and the push says who and why', async () => {
  const { id: lonely } = await story.newest();
  await story.load.stop();
  const shipped = story.ship({ release: 'unloved' }, 'shares');
  await waitsForTraffic();
  await story.order('abort', { reason: 'I do not like it' });
  assert.match(await shipped, /rolled back by .+: I do not like it/);
  story.load = steadyLoad(story.signalbox.gatewayPort, 'frail.localhost', 80);
  await story.until('it is tidied away', ({ state }) => state === 'rolled-back');
  await story.onlyAnswers('lonely');
  // What was before it is still kept warm.
  await eventually('nothing else runs', async () => {
    const web = [`${first} web`, `${first} web`, `${lonely} web`, `${lonely} web`];
    const wanted = [...web, `${lonely} worker`].toSorted();
    const running = await story.running();
    if (JSON.stringify(running) === JSON.stringify(wanted)) return true;
    throw new Error(running.join(', '));
  });
  await story.order('lane/lift');
});

test('of two pushes during a rollout the newer one comes next, and the one between is overtaken', async () => {
  await story.load.stop();
  const one = story.ship({ release: 'one' }, 'shares');
  await waitsForTraffic();
  const two = story.ship({ release: 'two' }, 'shares');
  await eventually('the second is there', async () => (await candidates())[0]?.state === 'running');
  await eventually('the second waits', async () => (await lockQueue()) === 1);
  const three = story.ship({ release: 'three' }, 'shares');
  await eventually('the third waits', async () => (await lockQueue()) === 2);
  story.load = steadyLoad(story.signalbox.gatewayPort, 'frail.localhost', 80);
  assert.match(await one, /Live: http/);
  assert.match(await two, /overtaken by candidate/);
  assert.match(await three, /Live: http/);
  await story.onlyAnswers('three');
  assert.deepEqual(await story.app.starts('two'), 0);
});

/** How many wait for a lock that another one holds. */
async function lockQueue(): Promise<number> {
  const { pool } = await story.database();
  const { rows } = await pool.query('select from lock_queue where granted_epoch is null');
  return rows.length;
}

test('migrations that fail stop a release before it starts, and the old one serves', async () => {
  const app = await sampleApp('notes', {
    ...notesFiles('notes'),
    'signalbox.yaml': `${notesFiles('notes')['signalbox.yaml']}pipeline:
  stages:
    - production: { rollout: at-once }
rollouts:
  at-once: { strategy: blue-green, bake: 0s, warm: 5m }
`,
  });
  await withPackages(app, 'pg');
  await addApp(story.controller, app);
  await app.commit('main', 'first');
  assert.match((await app.push('signalbox', 'main')).output, /Live: http/);
  const before = await visit(story.signalbox.gatewayPort, 'notes.localhost');
  await app.write({ 'migrations/2-broken.sql': 'insert into nowhere (text) values (1);' });
  await app.commit('main', 'broken');
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, /Failed: production: The migrations failed: exit code 1/);
  assert.match(output, /relation "nowhere" does not exist/);
  assert.deepEqual(await visit(story.signalbox.gatewayPort, 'notes.localhost'), before);
  await app.end();
});

test('an app that is removed in the middle of a rollout goes, with everything of it', async () => {
  await story.load.stop();
  const shipped = story.ship({ release: 'late' }, 'shares');
  await waitsForTraffic();
  await story.controller.call('DELETE', '/api/v1/apps/frail?confirm=frail');
  await shipped;
  await eventually('the app is gone', async () => {
    const { apps } = await story.controller.call<{ apps: { name: string }[] }>(
      'GET',
      '/api/v1/apps',
    );
    return apps.every(({ name }) => name !== 'frail');
  });
  const holdings = await (await story.signalbox.runtime()).holdings();
  const { rows } = await (
    await story.database()
  ).pool.query<{ id: string }>('select id from environments');
  const owners = new Set(rows.map(({ id }) => `environment:${id}`));
  assert.deepEqual(
    holdings.filter(({ owner, running }) => running && !owners.has(owner)),
    [],
  );
});
