import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Environment {
  name: string;
  branch: string;
  host: string;
  state: string;
  commit: string | null;
}

interface Synced {
  text: string;
  changes: { branch: string; change: string; push: string | null }[];
}

const rhythm = { reconcileMs: 1000, sweepMs: 1000, jobsMs: 1000 };
/** Longer than two looks must lie apart to count as two. */
const laterMs = 6000;

let signalbox: TestSignalbox;
let controller: Controller;
/** Somebody else's repository, which nobody pushes to us from. */
let theirs: SampleApp;
let ada: Shell;
let webhook: { url: string; secret: string };

/** A controller whose timer does not interfere, or one whose timer does it all. */
async function restart(syncMs: number): Promise<void> {
  await controller?.kill('SIGTERM');
  controller = await signalbox.start({ rhythm: { ...rhythm, syncMs } });
  ada = shell({ controller, home: signalbox.directory, directory: theirs.directory });
}

before(async () => {
  signalbox = await testSignalbox();
  theirs = await sampleApp('mirror', {
    ...helloFiles('mirror'),
    'signalbox.yaml': 'app: mirror\nservices:\n  web: { run: node server.js, stop: 1s }\n',
  });
  await theirs.commit('main', 'first');
  await restart(3_600_000);
});

after(async () => {
  await theirs?.end();
  await signalbox?.end();
});

async function commit(branch: string, text: string): Promise<string> {
  await theirs.git('checkout', '--quiet', branch).catch(() => '');
  await theirs.write({ 'text.txt': text });
  return theirs.commit(branch, text);
}

const preview = async (branch: string): Promise<Environment | undefined> =>
  (
    await ada.json<{ environments: Environment[] }>('env', 'list', '--app', 'mirror')
  ).environments.find((one) => one.name === `preview/${branch}`);

async function served(branch: string, wanted: string): Promise<void> {
  await eventually(`${branch} at ${wanted}`, async () => {
    const found = await preview(branch);
    if (found?.state !== 'live' || found.commit !== wanted) return false;
    // Its route follows a moment later.
    const answer = await visit(signalbox.gatewayPort, found.host);
    return (
      answer.status === 200 && (JSON.parse(answer.body) as { commit: string }).commit === wanted
    );
  });
}

const sync = (): Promise<Synced> => ada.json<Synced>('app', 'sync', 'mirror');

/** Seconds pass for the controller. */
let later = 0;
async function pass(ms: number): Promise<void> {
  later += ms;
  await signalbox.ahead(later);
}

async function call(body: string, signature?: string): Promise<{ status: number; text: string }> {
  const reply = await fetch(webhook.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...(signature === undefined ? {} : { 'x-hub-signature-256': signature }),
    },
  });
  return { status: reply.status, text: await reply.text() };
}

const signed = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

test('app add --from follows a repository: main is deployed, the webhook’s secret shown once', async () => {
  const { code, out, err } = await ada.signalbox(['app', 'add', 'mirror', '--from', '.']);
  assert.equal(code, 0, err);
  assert.ok(out.includes(`mirror follows ${theirs.directory}`), out);
  webhook = {
    url: /URL +(\S+)/.exec(out)?.[1] ?? assert.fail(out),
    secret: /secret +(\S+)/.exec(out)?.[1] ?? assert.fail(out),
  };
  await eventually('staging lives', async () => {
    const answer = await visit(signalbox.gatewayPort, 'staging--mirror.localhost');
    return answer.status === 200;
  });
  const shown = await ada.signalbox(['app', 'show', 'mirror']);
  assert.ok(!shown.out.includes(webhook.secret));
  const refused = await ada.signalbox(['app', 'add', 'nowhere', '--from', './not-there']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /could not be fetched/);
});

test('sync on command: new and moved branches get their preview', async () => {
  const first = await commit('feature', 'one');
  const synced = await sync();
  assert.deepEqual(
    synced.changes.map(({ branch, change }) => `${branch} ${change}`),
    ['feature new'],
  );
  await served('feature', first);
  const second = await commit('feature', 'two');
  assert.equal((await sync()).changes[0]?.change, 'moved');
  await served('feature', second);
  assert.match((await sync()).text, /up to date/);
});

test('nobody can push to what follows another repository', async () => {
  const remote = new URL(`${controller.url}/git/mirror.git`);
  remote.username = 'test';
  remote.password = controller.token;
  const pushed = await theirs.push(remote.href, 'HEAD:refs/heads/pushed');
  assert.equal(pushed.accepted, false);
  assert.match(pushed.output, /follows/);
});

test('a signed webhook call is a sync; a forged one is refused and does nothing', async () => {
  const newer = await commit('feature', 'three');
  const body = JSON.stringify({ ref: 'refs/heads/feature' });
  for (const forged of [
    undefined,
    signed(body, 'guessed'),
    signed('{}', webhook.secret),
    'sha256=',
  ]) {
    const { status, text } = await call(body, forged);
    assert.ok(status >= 400 && status < 500, `${status}`);
    assert.match(text, /api\/wrong-signature/);
  }
  assert.notEqual((await preview('feature'))?.commit, newer);
  const { status, text } = await call(body, signed(body, webhook.secret));
  assert.equal(status, 200, text);
  await served('feature', newer);
});

test('a branch deleted there goes only after two looks; one that comes back stays', async () => {
  const stays = await commit('back-again', 'back');
  await sync();
  await served('back-again', stays);
  await theirs.git('checkout', '--quiet', 'main');
  await theirs.git('branch', '-D', 'feature', 'back-again');
  const first = await sync();
  assert.deepEqual(first.changes, []);
  assert.match(first.text, /feature is missing there; its preview goes when the next look/);
  assert.match((await sync()).text, /missing there/, 'two looks in one moment are one');
  assert.equal((await preview('feature'))?.state, 'live');
  await theirs.git('branch', 'back-again', stays);
  await pass(laterMs);
  const second = await sync();
  assert.deepEqual(
    second.changes.map(({ branch, change }) => `${branch} ${change}`),
    ['feature gone'],
  );
  await eventually('it is gone', async () => (await preview('feature')) === undefined);
  await served('back-again', stays);
});

test('a source that cannot be reached proves nothing, and says so', async () => {
  await theirs.git('config', 'core.repositoryFormatVersion', '99');
  const { code, err } = await ada.signalbox(['app', 'sync', 'mirror']);
  assert.equal(code, 1);
  assert.match(err, /could not be fetched/);
  await pass(laterMs);
  await ada.signalbox(['app', 'sync', 'mirror']);
  assert.match(
    (await ada.signalbox(['app', 'show', 'mirror'])).out,
    /trouble +.*could not be fetched/,
  );
  const doctor = await ada.signalbox(['doctor', 'back-again']);
  assert.match(doctor.out, /could not be fetched/);
  assert.equal((await preview('back-again'))?.state, 'live');
  await theirs.git('config', '--file', '.git/config', 'core.repositoryFormatVersion', '0');
  await sync();
  assert.doesNotMatch((await ada.signalbox(['app', 'show', 'mirror'])).out, /trouble/);
});

test('the timer does it all by itself', async () => {
  await restart(1000);
  const newest = await commit('by-timer', 'tick');
  await served('by-timer', newest);
  await theirs.git('checkout', '--quiet', 'main');
  await theirs.git('branch', '-D', 'by-timer');
  await eventually('it is noticed and, later, gone', async () => {
    await pass(laterMs);
    return (await preview('by-timer')) === undefined;
  });
  assert.equal((await preview('back-again'))?.state, 'live');
});
