import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { addApp, helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Environment {
  id: string;
  name: string;
  branch: string;
  host: string;
  state: string;
  commit: string | null;
}

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('hello', {
    ...helloFiles('hello'),
    'signalbox.yaml':
      'app: hello\nservices:\n  web: { run: node server.js, stop: 1s }\nenvironments:\n  preview: { limit: 22 }\n',
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  const pushed = await app.push('signalbox', 'main');
  assert.ok(pushed.accepted, pushed.output);
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

const living = async (): Promise<Environment[]> =>
  (await controller.call<{ environments: Environment[] }>('GET', '/api/v1/environments?app=hello'))
    .environments;

const served = async (host: string): Promise<{ commit: string }> => {
  const answer = await visit(signalbox.gatewayPort, host);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as { commit: string };
};

async function branchOf(name: string, text = name): Promise<string> {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({ 'branch.txt': text });
  return app.commit(name, text);
}

async function remove(...branches: string[]): Promise<void> {
  await app.push('signalbox', '--delete', ...branches);
  await eventually('they are gone', async () =>
    (await living()).every(({ branch }) => !branches.includes(branch)),
  );
}

test('twenty branches at once, all served, none mixed up', async () => {
  const branches = Array.from({ length: 20 }, (_, index) => `many/${index}`);
  const commits = new Map<string, string>();
  for (const branch of branches) commits.set(branch, await branchOf(branch));
  const pushed = await Promise.all(branches.map((branch) => app.push('signalbox', branch)));
  for (const { accepted, output } of pushed)
    assert.ok(accepted && /Live: http/.test(output), output);
  const previews = (await living()).filter(({ branch }) => commits.has(branch));
  assert.equal(previews.length, 20);
  for (const { host, branch } of previews)
    assert.equal((await served(host)).commit, commits.get(branch));
  await remove(...branches);
});

test('names that collide after shortening get hosts of their own', async () => {
  const long = 'feature/a-very-long-branch-name-that-will-not-fit-into-one-label';
  const branches = [`${long}-one`, `${long}-two`, 'Case', 'case', 'a/b', 'a-b'];
  for (const branch of branches) {
    await branchOf(branch);
    const { accepted, output } = await app.push('signalbox', branch);
    assert.ok(accepted && /Live: http/.test(output), output);
  }
  const hosts = (await living()).map(({ host }) => host);
  assert.equal(new Set(hosts).size, hosts.length);
  await remove(...branches);
});

test('two pushes in a second: the newer one is served, the older one says why it stopped', async () => {
  await branchOf('hurry', 'one');
  const first = app.push('signalbox', 'hurry');
  // Not sooner: of two that come at the very same time git itself refuses one.
  await eventually('git has accepted it', async () =>
    (await app.git('ls-remote', '--heads', 'signalbox')).includes('refs/heads/hurry'),
  );
  await app.write({ 'branch.txt': 'two' });
  const newer = await app.commit('hurry', 'two');
  const second = await app.push('signalbox', 'hurry');
  const { output } = await first;
  assert.ok(second.accepted, second.output);
  assert.match(output, /Live:|was pushed after it|has moved on since/);
  const [preview] = (await living()).filter(({ branch }) => branch === 'hurry');
  assert.equal((await served(preview?.host ?? '')).commit, newer);
  await remove('hurry');
});

test('a force-push replaces what is served', async () => {
  await branchOf('forced', 'one');
  await app.push('signalbox', 'forced');
  const rewritten = await branchOf('forced', 'another history');
  const refused = await app.push('signalbox', 'forced');
  assert.equal(refused.accepted, false, 'git itself asks for --force');
  const pushed = await app.push('--force', 'signalbox', 'forced');
  assert.ok(pushed.accepted, pushed.output);
  const [preview] = (await living()).filter(({ branch }) => branch === 'forced');
  assert.equal((await served(preview?.host ?? '')).commit, rewritten);
  await remove('forced');
});

test('a branch deleted while it is being built leaves nothing', async () => {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({
    'signalbox.yaml':
      'app: hello\nbuild: { run: sleep 30 }\nservices:\n  web: { run: node server.js }\n',
  });
  await app.commit('slow', 'slow');
  const pushing = app.push('signalbox', 'slow');
  await eventually('it is building', async () => {
    const { pushes } = await controller.call<{ pushes: { branch: string; state: string }[] }>(
      'GET',
      '/api/v1/pushes?app=hello',
    );
    return pushes.some(({ branch, state }) => branch === 'slow' && state === 'running');
  });
  await pause(500);
  await app.push('signalbox', '--delete', 'slow');
  const { output } = await pushing;
  assert.match(output, /the branch is gone/);
  const runtime = await signalbox.runtime();
  await eventually('the build is stopped', async () =>
    (await runtime.holdings()).every(({ kind, running }) => kind !== 'job' || !running),
  );
  assert.ok((await living()).every(({ branch }) => branch !== 'slow'));
});

test('a branch re-created under its old name gets a new environment at the same address', async () => {
  await branchOf('again', 'first life');
  await app.push('signalbox', 'again');
  const [before] = (await living()).filter(({ branch }) => branch === 'again');
  await app.push('signalbox', '--delete', 'again');
  const commit = await branchOf('again', 'second life');
  const pushed = await app.push('signalbox', 'again');
  assert.ok(pushed.accepted && /Live: http/.test(pushed.output), pushed.output);
  const [now] = (await living()).filter(({ branch }) => branch === 'again');
  assert.notEqual(now?.id, before?.id);
  assert.equal(now?.host, before?.host);
  assert.equal((await served(now?.host ?? '')).commit, commit);
  await remove('again');
});

test('who leaves the push early misses only the words', async () => {
  const commit = await branchOf('ctrl-c');
  const git = spawn('git', ['push', 'signalbox', 'ctrl-c'], {
    cwd: app.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(git.stderr, 'data');
  git.kill('SIGINT');
  await once(git, 'exit');
  // Killed before git had sent anything, nothing was pushed; then there is nothing to wait for.
  if ((await app.git('ls-remote', 'signalbox', 'ctrl-c')) === '') return;
  const preview = await eventually('it is live all the same', async () =>
    (await living()).find(({ branch, state }) => branch === 'ctrl-c' && state === 'live'),
  );
  // Its route follows a moment later.
  await eventually('it answers', async () => (await served(preview.host)).commit === commit);
  await remove('ctrl-c');
});

test('one build for two pushes of the same tree', async () => {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({
    'signalbox.yaml':
      'app: hello\nbuild: { run: "date +%N > built" }\nservices:\n  web: { run: node server.js, stop: 1s }\n',
  });
  await app.commit('tree-one', 'same tree');
  await app.git('checkout', '--quiet', '-b', 'tree-two');
  await app.git('commit', '--quiet', '--amend', '--message', 'other message');
  const [one, two] = await Promise.all([
    app.push('signalbox', 'tree-one'),
    app.push('signalbox', 'tree-two'),
  ]);
  assert.ok(one.accepted && two.accepted, one.output + two.output);
  const runtime = await signalbox.runtime();
  const builds = (await runtime.holdings()).filter(
    ({ kind, id }) => kind === 'job' && id.startsWith('build-'),
  );
  const numbers = new Set(builds.map(({ id }) => id));
  const again = await app.push('signalbox', 'tree-one:refs/heads/tree-three');
  assert.match(again.output, /Built before/);
  const after = (await runtime.holdings()).filter(
    ({ kind, id }) => kind === 'job' && id.startsWith('build-'),
  );
  assert.deepEqual(new Set(after.map(({ id }) => id)), numbers);
  await remove('tree-one', 'tree-two', 'tree-three');
});

test('the limit of previews makes a queue that says its place, and the next one comes in', async () => {
  await app.git('checkout', '--quiet', '--force', 'main');
  const yaml =
    'app: hello\nservices:\n  web: { run: node server.js, stop: 1s }\nenvironments:\n  preview: { limit: 1 }\n';
  await app.write({ 'signalbox.yaml': yaml });
  await app.commit('limit-one', 'one');
  await app.push('signalbox', 'limit-one');
  await app.git('checkout', '--quiet', '-b', 'limit-two');
  await app.commit('limit-two', 'two');
  const waiting = app.push('signalbox', 'limit-two');
  await eventually('it waits in the queue', async () =>
    (await living()).some(({ branch, state }) => branch === 'limit-two' && state === 'queued'),
  );
  await app.push('signalbox', '--delete', 'limit-one');
  const { output } = await waiting;
  assert.match(output, /1st in the queue/);
  assert.match(output, /Live: http/);
  await remove('limit-two');
});
