import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Output } from '../../src/api/contract/all.ts';
import { addApp } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';
import { steadyLoad, type SteadyLoad } from '../support/steady-load.ts';
import { undoableApp, type UndoableApp } from '../support/undoable-app.ts';

// Releases that are taken back while people come all the time: after it was promoted, on its way, and when the old
// one does not run any more.

type Wire<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Wire<T[Key]> } : T;

let signalbox: TestSignalbox;
let controller: Controller;
let app: UndoableApp;
let load: SteadyLoad;
const commits: Record<string, string> = {};

const production = '/api/v1/environments/shop%2Fproduction';

before(async () => {
  signalbox = await testSignalbox();
  app = await undoableApp('shop');
  controller = await signalbox.start();
  await addApp(controller, app);
  for (const release of ['first', 'good', 'bad']) {
    commits[release] = await app.next(release);
    const { output } = await app.push('signalbox', 'main');
    assert.match(output, /Live: http/);
  }
  load = steadyLoad(signalbox.gatewayPort, 'shop.localhost', 100);
});

after(async () => {
  await load?.stop();
  await signalbox?.end();
  await app?.end();
});

const lane = (): Promise<Wire<Output<'getLane'>>> => controller.call('GET', `${production}/lane`);

const rollBack = (body: Record<string, unknown>): Promise<Wire<Output<'rollBack'>>> =>
  controller.call('POST', `${production}/rollback`, body);

/** Services of these releases run, in words, and nothing else of production does. */
async function onlyRun(...wanted: string[]): Promise<void> {
  const runtime = await signalbox.runtime();
  const { deploys } = await controller.call<{ deploys: { id: string; commit: string }[] }>(
    'GET',
    `${production}/deploys`,
  );
  const nameOf = (id: string): string => {
    const commit = deploys.find((deploy) => id.includes(deploy.id))?.commit;
    return Object.entries(commits).find(([, known]) => known === commit)?.[0] ?? id;
  };
  await eventually(`only these run: ${wanted.join(', ')}`, async () => {
    const running = (await runtime.holdings()).filter(
      (one) => one.running && one.kind === 'service',
    );
    const now = running.map(({ id }) => `${nameOf(id)} ${id.split('-').slice(2).join('-')}`).sort();
    assert.deepEqual(now, wanted);
    return true;
  });
}

const whole = (release: string): string[] =>
  ['web-1', 'web-2', 'worker-1'].map((one) => `${release} ${one}`);

async function onlyAnswers(release: string): Promise<void> {
  await eventually(`only ${release} answers`, async () => {
    const before = load.seen();
    const total = load.total();
    await eventually('visitors', async () => load.total() > total + 50);
    const grown = Object.entries(load.seen()).filter(
      ([what, count]) => count > (before[what] ?? 0),
    );
    assert.deepEqual(
      grown.map(([what]) => what),
      [`200 ${release}`],
    );
    return true;
  });
}

const errors = (): string[] => Object.keys(load.seen()).filter((what) => !what.startsWith('200 '));

test('whoever asks after the answer to a rollback meets the old release; no request fails', async () => {
  await onlyAnswers('bad');
  const done = await rollBack({ reason: 'checkout is broken' });
  const { body } = await visit(signalbox.gatewayPort, 'shop.localhost');
  assert.equal(body, 'good');
  assert.deepEqual(
    [done.kind, done.from.commit, done.to.commit],
    ['at once', commits['bad'], commits['good']],
  );
  await onlyAnswers('good');
  assert.deepEqual(errors(), []);
});

test('what the old release lacked runs again, the bad one is gone, and the lane is locked', async () => {
  await onlyRun(...whole('good'));
  const { lock, rollout, rollbacks } = await lane();
  assert.deepEqual([lock?.commit, lock?.reason], [commits['bad'], 'checkout is broken']);
  await eventually('it is written down', async () => (await lane()).rollbacks[0]?.endedAt);
  assert.equal((await lane()).rollout?.state, 'rolled-back');
  assert.equal(rollout?.decision, 'checkout is broken', 'why it went, not why it came');
  assert.equal(rollbacks.length, 1);
  const { entries } = await controller.call<{ entries: { action: string; details: unknown }[] }>(
    'GET',
    '/api/v1/audit',
  );
  assert.deepEqual(entries.find(({ action }) => action === 'rollBack')?.details, {
    reason: 'checkout is broken',
    outcome: 'done',
  });
});

test('a release on its way is taken back at once, and its run lets go', async () => {
  await controller.call('POST', `${production}/lane/lift`, { reason: 'mended' });
  commits['shaky'] = await app.next('shaky', 'careful');
  const pushed = app.push('signalbox', 'main');
  await eventually('it has a share', async () => (await lane()).rollout?.weight === 50);
  await eventually('people meet it', async () => (load.seen()['200 shaky'] ?? 0) > 20);
  const ended = await controller.call<{ state: string }>('POST', `${production}/rollout/abort`, {
    reason: 'it looks odd',
  });
  assert.match(ended.state, /^roll/);
  const { output } = await pushed;
  assert.match(output, /rolled back by admin of .*: it looks odd/);
  await onlyAnswers('good');
  await onlyRun(...whole('good'));
  assert.deepEqual(errors(), []);
  await assert.rejects(
    controller.call('POST', `${production}/rollout/pause`, { reason: 'late' }),
    /rollout\/none-running/,
  );
});

test('a release that does not run any more starts again, while what is there serves', async () => {
  const done = await rollBack({ release: commits['first']?.slice(0, 8), reason: 'good is not' });
  assert.deepEqual([done.kind, done.to.commit], ['starting again', commits['first']]);
  await onlyAnswers('first');
  assert.deepEqual(errors(), []);
  await onlyRun(...whole('first'));
  await eventually('it is written down', async () => {
    const [rollback] = (await lane()).rollbacks;
    return rollback?.outcome === 'the old release serves';
  });
  const { lock } = await lane();
  assert.equal(lock?.commit, commits['good']);
});

test('there is nothing before the first release, and what serves cannot be named', async () => {
  await assert.rejects(rollBack({ reason: 'x' }), /rollback\/nothing-before/);
  await assert.rejects(rollBack({ release: '99', reason: 'x' }), /rollback\/unknown-release/);
  await assert.rejects(rollBack({}), /api\/invalid/);
});
