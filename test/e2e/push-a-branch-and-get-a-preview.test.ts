import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  addApp,
  notesFiles,
  sampleApp,
  withPackages,
  type SampleApp,
} from '../support/sample-app.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Notes {
  commit: string;
  branch: string;
  notes: string[];
}

interface Environment {
  id: string;
  name: string;
  state: string;
  reason: string | null;
  data: string | null;
  commit: string | null;
}

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;

const at = async (host: string, method = 'GET'): Promise<Notes> => {
  const answer = await visit(signalbox.gatewayPort, host, '/', method);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as Notes;
};

const environments = async (): Promise<Environment[]> =>
  (await controller.call<{ environments: Environment[] }>('GET', '/api/v1/environments?app=notes'))
    .environments;

const environment = async (name: string): Promise<Environment | undefined> =>
  (await environments()).find((one) => one.name === name);

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('notes', notesFiles('notes'));
  await withPackages(app, 'pg');
  await addApp(controller, app);
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

describe('from push to preview and back to nothing', () => {
  test('main is pushed: staging and production serve it, and the push says so', async () => {
    const commit = await app.commit('main', 'first');
    const pushed = await app.push('signalbox', 'main');
    assert.ok(pushed.accepted, pushed.output);
    assert.match(pushed.output, /remote: .*Check syntax: passed/);
    assert.match(pushed.output, /remote: .*staging is live/);
    assert.match(pushed.output, /remote: .*http:\/\/notes\.localhost:\d+\//);
    assert.equal((await at('notes.localhost')).commit, commit);
    assert.equal((await at('staging--notes.localhost')).commit, commit);
  });

  test('a branch is served on its own URL with its own copy of staging’s data', async () => {
    await at('staging--notes.localhost', 'POST');
    const { snapshots } = await controller.call<{ snapshots: { id: string }[] }>(
      'POST',
      '/api/v1/apps/notes/snapshots',
      { from: 'staging' },
    );
    await eventually('the snapshot is ready', async () => {
      const taken = await controller.call<{ state: string; reason: string | null }>(
        'GET',
        `/api/v1/snapshots/${snapshots[0]?.id}`,
      );
      assert.notEqual(taken.state, 'failed', String(taken.reason));
      return taken.state === 'ready';
    });
    await app.write({
      'migrations/2-stars.sql': 'alter table notes add column stars integer not null default 0;',
    });
    const commit = await app.commit('feature/stars', 'stars');
    const pushed = await app.push('signalbox', 'feature/stars');
    assert.ok(pushed.accepted, pushed.output);
    assert.match(pushed.output, /Data: db from snapshot/);
    assert.match(pushed.output, /1 new, head 2-stars/);
    const host = /http:\/\/([^/:]*--notes\.localhost)/.exec(pushed.output)?.[1] ?? 'no URL';
    const served = await at(host);
    assert.equal(served.commit, commit);
    assert.deepEqual(served.notes, ['main'], 'staging’s data is there');
    await at(host, 'POST');
    assert.deepEqual((await at(host)).notes, ['main', 'feature/stars']);
    assert.deepEqual(
      (await at('staging--notes.localhost')).notes,
      ['main'],
      'its own copy: staging did not change',
    );
    assert.match((await environment('preview/feature/stars'))?.data ?? '', /snapshot/);
  });

  test('a second push redeploys and keeps the data', async () => {
    const commit = await app.commit('feature/stars', 'more stars');
    const pushed = await app.push('signalbox', 'feature/stars');
    assert.ok(pushed.accepted, pushed.output);
    const [preview] = (await environments()).filter(({ name }) => name === 'preview/feature/stars');
    assert.equal(preview?.commit, commit);
    assert.equal(preview.state, 'live');
  });

  test('a broken push leaves the old one up and says why, with the log', async () => {
    await app.write({ 'migrations/3-broken.sql': 'create table broken (;' });
    await app.commit('feature/stars', 'a broken migration');
    const pushed = await app.push('signalbox', 'feature/stars');
    assert.match(pushed.output, /migrations failed/);
    assert.match(pushed.output, /syntax error/);
    const preview = await environment('preview/feature/stars');
    assert.equal(preview?.state, 'live');
    assert.match(preview.reason ?? '', /still on the deploy before/);
    await app.write({
      'migrations/3-broken.sql': '',
      'server.js': 'console.log("no server here"); process.exit(7);',
    });
    await app.commit('feature/stars', 'does not start');
    const second = await app.push('signalbox', 'feature/stars');
    assert.match(second.output, /did not become healthy/);
    assert.match(second.output, /no server here/);
    assert.match(second.output, /exit code 7/);
    const host = (
      await controller.call<{ host: string }>('GET', `/api/v1/environments/${preview.id}`)
    ).host;
    assert.equal((await at(host)).branch, 'feature/stars');
  });

  test('a failed check stops the push before anything is deployed', async () => {
    await app.git('checkout', '--quiet', '--force', 'main');
    await app.write({ 'server.js': 'this is no javascript' });
    await app.commit('syntax-error', 'broken');
    const pushed = await app.push('signalbox', 'syntax-error');
    assert.match(pushed.output, /Check syntax: failed/);
    assert.match(pushed.output, /SyntaxError/);
    assert.equal(await environment('preview/syntax-error'), undefined);
  });

  test('a push that cannot be used is rejected before it is accepted, with what to write', async () => {
    await app.git('checkout', '--quiet', '--force', 'main');
    await app.write({
      'signalbox.yaml': 'app: notes\nservices:\n  web: { rum: node server.js }\n',
    });
    await app.commit('typo', 'typo');
    const pushed = await app.push('signalbox', 'typo');
    assert.equal(pushed.accepted, false);
    assert.match(pushed.output, /rum/);
    assert.match(pushed.output, /run/);
    assert.match(pushed.output, /line 3/);
    assert.equal(await app.git('ls-remote', 'signalbox', 'typo'), '');
    await app.git('rm', '--quiet', '--force', 'signalbox.yaml');
    await app.commit('no-file', 'no file');
    const second = await app.push('signalbox', 'no-file');
    assert.equal(second.accepted, false);
    assert.match(second.output, /services:/);
  });

  test('a deleted branch leaves nothing: processes, databases, files, routes', async () => {
    const preview = await environment('preview/feature/stars');
    assert.ok(preview);
    const runtime = await signalbox.runtime();
    const mine = async () =>
      (await runtime.holdings()).filter(({ owner }) => owner === `environment:${preview.id}`);
    assert.ok((await mine()).length > 0);
    await app.push('signalbox', '--delete', 'feature/stars');
    await eventually(
      'it is gone',
      async () => (await environment('preview/feature/stars')) === undefined,
    );
    assert.deepEqual(await mine(), []);
    const doctor = await controller.call<{ findings: { severity: string; text: string }[] }>(
      'GET',
      '/api/v1/doctor',
    );
    assert.deepEqual(
      doctor.findings.filter(({ text }) => text.includes(preview.id)),
      [],
    );
    const routes = await signalbox.routes();
    assert.ok(routes.length > 0 && routes.every((route) => route.environment !== preview.id));
    assert.deepEqual(await filesNaming(`${signalbox.directory}/data/runtime`, preview.id), []);
  });

  test('a merged branch’s preview goes, an unmerged one stays', async () => {
    await app.git('checkout', '--quiet', '--force', 'main');
    for (const branch of ['merge-me', 'keep-me']) {
      await app.git('checkout', '--quiet', 'main');
      await app.write({ [`${branch}.txt`]: branch });
      await app.commit(branch, branch);
      const pushed = await app.push('signalbox', branch);
      assert.ok(pushed.accepted, pushed.output);
    }
    await app.git('checkout', '--quiet', 'main');
    await app.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'merge-me');
    await app.push('signalbox', 'main');
    await eventually(
      'the merged one is gone',
      async () => (await environment('preview/merge-me')) === undefined,
    );
    assert.equal((await environment('preview/keep-me'))?.state, 'live');
  });

  test('a preview nobody uses is warned and then destroyed, a kept one is not', async () => {
    await app.git('checkout', '--quiet', '--force', 'main');
    await app.write({ 'idle.txt': 'idle' });
    await app.commit('idle', 'idle');
    await app.push('signalbox', 'idle');
    const kept = await environment('preview/keep-me');
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString();
    await controller.call('PUT', `/api/v1/environments/${kept?.id}/lease`, {
      until,
      reason: 'a customer looks at it',
    });
    await signalbox.ahead(2.5 * 86_400_000);
    await eventually('it is warned', () =>
      told(/notes\/idle: nobody used it for 2d; it goes in 12h/),
    );
    assert.equal((await environment('preview/idle'))?.state, 'live');
    await signalbox.ahead(3.1 * 86_400_000);
    await eventually(
      'it is destroyed',
      async () => (await environment('preview/idle')) === undefined,
    );
    assert.equal((await environment('preview/keep-me'))?.state, 'live');
    await signalbox.ahead(0);
  });
});

/** Whether somebody who follows all events is told this. */
async function told(what: RegExp): Promise<boolean> {
  const events = await fetch(`${controller.url}/api/v1/events`, {
    headers: {
      authorization: `Bearer ${controller.token}`,
      accept: 'text/event-stream',
      'last-event-id': '0',
    },
  });
  const reader = events.body?.getReader();
  let text = '';
  const late = Date.now() + 2000;
  while (reader && Date.now() < late && !what.test(text)) {
    const piece = await Promise.race([reader.read(), pause(300)]);
    if (!piece) break;
    text += Buffer.from(piece.value ?? []).toString();
  }
  await reader?.cancel();
  return what.test(text);
}

async function filesNaming(directory: string, text: string): Promise<string[]> {
  const files = await readdir(directory, { recursive: true });
  return files.filter((file) => file.includes(text));
}
