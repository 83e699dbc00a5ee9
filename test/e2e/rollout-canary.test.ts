import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { moodyApp, type Mood, type MoodyApp } from '../support/moody-app.ts';
import { addApp } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import { steadyLoad, type SteadyLoad } from '../support/steady-load.ts';

// Releases that earn their traffic from visitors who come all the time, and some that do not.

const pipeline = `pipeline:
  stages:
    - production: { rollout: careful }
rollouts:
  careful: { strategy: canary, steps: [20 %, 50 %, 100 %], bake: 6s, warm: 5m, judge: { warm-up: 2s } }
`;

let signalbox: TestSignalbox;
let controller: Controller;
let app: MoodyApp;
let load: SteadyLoad;

before(async () => {
  signalbox = await testSignalbox();
  app = await moodyApp('moody', pipeline);
  controller = await signalbox.start();
  await addApp(controller, app);
  await ship({ release: 'first' });
  load = steadyLoad(signalbox.gatewayPort, 'moody.localhost', 150);
});

after(async () => {
  await load?.stop();
  await signalbox?.end();
  await app?.end();
});

async function ship(mood: Mood): Promise<string> {
  await app.release(mood);
  return (await app.push('signalbox', 'main')).output;
}

/** Only this release answers; says how many visitors were seen meanwhile. */
async function onlyAnswers(release: string): Promise<void> {
  await eventually(`only ${release} answers`, async () => {
    const before = load.seen();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const grown = Object.entries(load.seen()).filter(
      ([what, count]) => count > (before[what] ?? 0),
    );
    if (grown.length === 1 && grown[0]?.[0] === `200 ${release}`) return true;
    throw new Error(JSON.stringify(grown));
  });
}

interface Told {
  rollouts: { id: string; state: string; decision: string | null; decidedBy: string | null }[];
}

const told = (): Promise<Told> =>
  controller.call<Told>('GET', '/api/v1/environments/moody%2Fproduction/rollouts');

const ended = (state: string): Promise<Told['rollouts'][number]> =>
  eventually(`the newest rollout is ${state}`, async () => {
    const [newest] = (await told()).rollouts;
    if (newest?.state === state) return newest;
    throw new Error(JSON.stringify(newest));
  });

async function lift(): Promise<void> {
  const path = '/api/v1/environments/moody%2Fproduction/lane/lift';
  await controller.call('POST', path, { reason: 'looked into' });
}

test('a good release climbs to all requests, and nobody meets an error', async () => {
  const output = await ship({ release: 'good' });
  assert.match(output, /step 1, 20 % to [0-9a-f]{7}/);
  assert.match(output, /step 2, 50 %|proved healthy/);
  assert.match(output, /Live: http/);
  await onlyAnswers('good');
  const errors = Object.keys(load.seen()).filter((what) => !/^200 (first|good)$/.test(what));
  assert.deepEqual(errors, []);
  await ended('promoted');
});

test('a release that fails one request in fifty is rolled back by the judge', async () => {
  const output = await ship({ release: 'failing', failsOneIn: 50 });
  assert.match(output, /Failed: production: rolled back by the judge: The candidate is worse/);
  await onlyAnswers('good');
  const rollout = await ended('rolled-back');
  assert.equal(rollout.decidedBy, 'the judge');
  assert.match(rollout.decision ?? '', /failed/);
});

test('what comes after it waits in a locked lane until somebody lifts the lock; a slow release goes back, too', async () => {
  const shipped = ship({ release: 'slow', delayMs: 40 });
  assert.match(await shipped, /production is locked by the judge/);
  await lift();
  await eventually('the slow one has been tried', async () => '200 slow' in load.seen());
  const rollout = await ended('rolled-back');
  assert.match(rollout.decision ?? '', /slow/);
  await onlyAnswers('good');
});

test('an incident that hits both releases is nobody’s fault: the new one goes on', async () => {
  await lift();
  await app.incident(true);
  const shipped = ship({ release: 'innocent' });
  await eventually('the new one has failed some', async () => '500 innocent' in load.seen());
  await eventually('the old one has failed many', async () => (load.seen()['500 good'] ?? 0) > 100);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await app.incident(false);
  assert.match(await shipped, /Live: http/);
  await onlyAnswers('innocent');
});

test('what was judged can be judged again from its rows, and comes to the same', async () => {
  const { rollouts } = await told();
  assert.deepEqual(
    rollouts.map(({ state }) => state),
    ['promoted', 'rolled-back', 'rolled-back', 'promoted', 'promoted'],
  );
  for (const { id } of rollouts) {
    const again = await controller.call<{ differences: unknown[] }>(
      'GET',
      `/api/v1/rollouts/${id}/replay`,
    );
    assert.deepEqual(again.differences, []);
  }
});

test('a person who wants the release before has it at once: it was kept warm', async () => {
  const path = '/api/v1/environments/moody%2Fproduction/rollback';
  const back = await controller.call<{ kind: string }>('POST', path, {
    reason: 'I liked it better',
  });
  assert.equal(back.kind, 'at once');
  await onlyAnswers('good');
});
