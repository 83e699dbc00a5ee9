import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { sampleApp, setRemote, type SampleApp } from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
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
  url: string;
  state: string;
  commit: string | null;
  place: number | null;
}

const yaml = `app: shop
secrets: [PAY_KEY]
variables: { GREETING: hello }
services:
  web: { run: node server.js, stop: 1s }
stores:
  db: { postgres: {} }
environments:
  preview: { limit: 2 }
`;

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let ada: Shell;
const commits: Record<string, string> = {};

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start();
  app = await sampleApp('shop', {
    'signalbox.yaml': yaml,
    'server.js': `const { GREETING, PAY_KEY, SIGNALBOX_COMMIT } = process.env;
require('node:http').createServer((request, reply) => {
  reply.end(JSON.stringify({ greeting: GREETING, key: PAY_KEY.length, commit: SIGNALBOX_COMMIT }));
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`,
  });
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

/** Runs it and expects success; what it printed. */
async function says(...args: string[]): Promise<string> {
  const { code, out, err } = await ada.signalbox(args);
  assert.equal(code, 0, `${args.join(' ')}: ${out}${err}`);
  return out;
}

const environments = async (): Promise<Environment[]> =>
  (await ada.json<{ environments: Environment[] }>('env', 'list')).environments;

const page = async (host: string): Promise<Record<string, unknown>> => {
  const answer = await visit(signalbox.gatewayPort, host);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as Record<string, unknown>;
};

async function push(branch: string, message = branch): Promise<string> {
  await app.write({ 'text.txt': message });
  commits[message] = await app.commit(branch, message);
  const pushed = await app.push('signalbox', branch);
  assert.ok(pushed.accepted, pushed.output);
  return pushed.output;
}

describe('an app, by hand', () => {
  test('app add prints the remote to push to; secrets come through stdin', async () => {
    const added = await says('app', 'add', 'shop');
    const remote = /git remote add signalbox (\S+)/.exec(added)?.[1];
    assert.equal(remote, `${controller.url}/git/shop.git`);
    assert.match(added, /git push signalbox main/);
    await setRemote(controller, app);
    for (const scope of ['staging', 'production', 'preview']) {
      const { code, out, err } = await ada.signalbox(
        ['secret', 'set', 'PAY_KEY', '--for', scope],
        'twelve bytes\n',
      );
      assert.equal(code, 0, err);
      assert.match(out, /PAY_KEY is set/);
    }
    const typed = await ada.signalbox(['secret', 'set', 'PAY_KEY=visible', '--for', 'preview']);
    assert.equal(typed.code, 1);
    assert.match(typed.err, /not set[\s\S]*command line/);
    assert.doesNotMatch(await says('secret', 'list'), /twelve/);
  });

  test('env list is a table and JSON; env show tells all of one; open prints the URL', async () => {
    await push('main', 'one');
    await push('main', 'two');
    await push('feature/cool');
    const table = (await says('env', 'list')).split('\n');
    assert.match(table[0] ?? '', /^BRANCH +STATE +AGE +IDLE +COMMIT +URL/);
    const line = table.find((row) => row.startsWith('feature/cool')) ?? '';
    assert.match(line, /live/);
    assert.ok(line.includes((commits['feature/cool'] ?? '').slice(0, 7)), line);
    const all = await environments();
    const preview = all.find(({ name }) => name === 'preview/feature/cool');
    assert.equal(preview?.state, 'live');
    assert.deepEqual(all.map(({ name }) => name).sort(), [
      'preview/feature/cool',
      'production',
      'staging',
    ]);
    const shown = await says('env', 'show', 'feature/cool');
    assert.ok(shown.includes(preview.url), shown);
    assert.match(shown, /web +(serving|running|live)/);
    assert.match(shown, /db \(postgres\): (empty|snapshot)/);
    assert.equal((await says('open', 'feature/cool')).trim(), preview.url);
    // The branch that is checked out here, where none is named.
    assert.equal((await ada.json<{ url: string }>('open')).url, preview.url);
    assert.equal((await page(preview.host))['key'], 'twelve bytes'.length);
  });

  test('deploy ENV COMMIT goes back by hand, and forward again', async () => {
    const older = (commits['one'] ?? '').slice(0, 10);
    const told = await ada.signalbox(['deploy', 'staging', older]);
    assert.equal(told.code, 0, told.err);
    assert.match(told.out + told.err, /Live: http/);
    assert.equal((await page('staging--shop.localhost'))['commit'], commits['one']);
    assert.equal((await page('shop.localhost'))['commit'], commits['two'], 'production stays');
    assert.match(await says('deploys', 'staging'), new RegExp((commits['one'] ?? '').slice(0, 7)));
    await says('deploy', 'staging');
    assert.equal((await page('staging--shop.localhost'))['commit'], commits['two']);
    const unknown = await ada.signalbox(['deploy', 'staging', 'feedbee']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /no single commit feedbee/);
  });

  test('keep and unkeep', async () => {
    const kept = ['env', 'keep', 'feature/cool', '--until', '5d', '--reason', 'the board looks'];
    await says(...kept);
    assert.match(await says('env', 'show', 'feature/cool'), /kept.*the board looks/);
    assert.match(await says('env', 'list'), /feature\/cool.* kept /);
    await says('env', 'unkeep', 'feature/cool');
    assert.doesNotMatch(await says('env', 'show', 'feature/cool'), /the board looks/);
    const forever = await ada.signalbox([...kept.slice(0, 4), '900d', ...kept.slice(5)]);
    assert.equal(forever.code, 1);
    assert.match(forever.err, /within 90 days/);
  });

  test('env set: the next deploy has it, and only there', async () => {
    const { host } = (await environments()).find(({ branch }) => branch === 'feature/cool') ?? {};
    await says('env', 'set', 'feature/cool', 'GREETING=good evening');
    assert.equal((await page(host ?? ''))['greeting'], 'hello', 'not before');
    await says('deploy', 'feature/cool');
    assert.equal((await page(host ?? ''))['greeting'], 'good evening');
    assert.equal((await page('staging--shop.localhost'))['greeting'], 'hello');
    assert.match(await says('env', 'vars', 'feature/cool'), /GREETING.*good evening/);
    assert.doesNotMatch(await says('env', 'vars', 'feature/cool'), /twelve/);
    await says('env', 'unset', 'feature/cool', 'GREETING');
    await says('deploy', 'feature/cool');
    assert.equal((await page(host ?? ''))['greeting'], 'hello');
  });

  test('doctor explains what is not there, what waits and what failed', async () => {
    const never = await ada.signalbox(['doctor', 'never-was']);
    assert.equal(never.code, 1);
    assert.match(never.out, /no branch called never-was[\s\S]*git push signalbox never-was/);
    assert.match(never.out, /There never was such an environment/);

    await app.write({ 'server.js': 'console.error("out of tea"); process.exit(3);' });
    assert.match(await push('broken'), /did not become healthy/);
    const failed = await ada.signalbox(['doctor', 'broken']);
    assert.equal(failed.code, 1);
    assert.match(failed.out, /did not become healthy[\s\S]*signalbox logs broken/);
    assert.match((await ada.signalbox(['logs', 'broken'])).out, /out of tea/);

    await app.git('checkout', '--quiet', '--force', 'main');
    await app.write({ 'text.txt': 'third' });
    await app.commit('third', 'third');
    const pushing = app.push('signalbox', 'third');
    await eventually('it is queued', async () =>
      (await environments()).some(({ branch, place }) => branch === 'third' && place === 1),
    );
    const queued = await ada.signalbox(['doctor', 'third']);
    assert.match(queued.out, /It waits[\s\S]*2/);
    assert.match(await says('env', 'list'), /third +queued \(1\)/);
    await says('env', 'destroy', 'broken', '--yes');
    assert.match((await pushing).output, /Live: http/);
    assert.match((await ada.signalbox(['doctor', 'broken'])).out, /It was destroyed/);
  });

  test('status, and an audit row for each change with who made it', async () => {
    assert.match(await says('status'), /controller/i);
    const { token } = await ada.json<{ token: string }>(
      'token',
      'create',
      'grace',
      '--role',
      'developer',
    );
    const grace = shell({
      controller: { ...controller, token },
      home: signalbox.directory,
      directory: app.directory,
    });
    const set = await grace.signalbox(['env', 'set', 'third', 'GREETING=secret handshake']);
    assert.equal(set.code, 0, set.err);
    const refused = await grace.signalbox(['app', 'remove', 'shop', '--confirm', 'shop']);
    assert.equal(refused.code, 1, 'a developer removes no apps');
    const { entries } = await ada.json<{
      entries: { actor: string; action: string; subject: string; details: object }[];
    }>('audit', '--limit', '200');
    const done = entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);
    assert.ok(done.includes('grace setVariables shop/preview/third'), done.join('\n'));
    for (const change of [
      'addApp shop',
      'setSecret shop preview PAY_KEY',
      'deployEnvironment shop/staging',
      'keepEnvironment shop/preview/feature/cool',
      'unkeepEnvironment shop/preview/feature/cool',
      'setVariables shop/preview/feature/cool',
      'destroyEnvironment shop/preview/broken',
    ]) {
      const row = done.find((text) => text.endsWith(` ${change}`));
      assert.match(row ?? '', /^admin/, `${change} in\n${done.join('\n')}`);
    }
    assert.doesNotMatch(JSON.stringify(entries), /twelve bytes|secret handshake/);
  });

  test('app remove leaves nothing', async () => {
    await says('snapshot', 'take', 'staging');
    assert.equal((await ada.signalbox(['app', 'remove', 'shop'])).code, 1, 'not without its name');
    await says('app', 'remove', 'shop', '--confirm', 'shop');
    await eventually('it is gone', async () => {
      const names = await readdir(`${signalbox.directory}/data/git`);
      return names.every((name) => !name.includes('shop'));
    });
    assert.match(await says('app', 'list'), /no app/);
    const runtime = await signalbox.runtime();
    await eventually('nothing is held', async () => (await runtime.holdings()).length === 0);
    assert.deepEqual(await signalbox.routes(), []);
    const { url } = await ensureEmbeddedPostgres({
      directory: `${signalbox.directory}/data/postgres`,
    });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database where datname like 'sb\\_%'
       union all select rolname from pg_roles where rolname like 'sb\\_%' and rolcanlogin`,
    );
    await client.end();
    assert.deepEqual(rows, []);
    for (const place of ['artifacts', 'cache', 'git', 'tmp', 'sources', 'runtime/workloads'])
      assert.deepEqual(await filesIn(`${signalbox.directory}/data/${place}`), []);
    const { findings } = await ada.json<{ findings: unknown[] }>('doctor');
    assert.deepEqual(findings, []);
  });
});

async function filesIn(directory: string): Promise<string[]> {
  const all = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return all.filter((file) => file.isFile()).map((file) => `${file.parentPath}/${file.name}`);
}
