import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase, rows, sql, type OpenDatabase } from '../../src/db/pool.ts';
import { addApp, helloFiles, sampleApp, type SampleApp } from '../support/sample-app.ts';
import { testSignalbox, type TestSignalbox } from '../support/signalbox.ts';

let signalbox: TestSignalbox;
let app: SampleApp;
let database: OpenDatabase;

before(async () => {
  signalbox = await testSignalbox();
  const controller = await signalbox.start();
  const directory = join(signalbox.directory, 'data', 'postgres');
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = '/signalbox';
  database = openDatabase(url.href, 2);
  app = await sampleApp('shop', helloFiles('shop'));
  await addApp(controller, app);
});
after(async () => {
  await database?.close();
  await app?.end();
  await signalbox?.end();
});

let seen = 0;

/** What was published since the last look: of these kinds, whose, and about which environment. */
async function told(kinds: RegExp): Promise<string[]> {
  const all = await rows<{ id: number; kind: string; app: string | null; name: string | null }>(
    database.db,
    sql`select v.id, v.kind, v.app, e.name from events v left join environments e on e.id = v.environment
        where v.id > ${seen} order by v.id`,
  );
  seen = all.at(-1)?.id ?? seen;
  return all
    .filter(({ kind }) => kinds.test(kind))
    .map(({ kind, app: whose, name }) => `${kind} ${whose} ${name}`);
}

async function push(branch: string, message: string): Promise<string> {
  await app.commit(branch, message);
  return (await app.push('signalbox', branch)).output;
}

const kinds = /^(app-|push-|environment-live)/;

test('an app that is added is told of', async () => {
  assert.deepEqual(await told(kinds), ['app-added shop null']);
});

test('what comes of a push is said of the environment it changes', async () => {
  assert.match(await push('main', 'one'), /Live: http/);
  assert.deepEqual(await told(kinds), [
    'push-begun shop null',
    'environment-live shop staging',
    'environment-live shop production',
    'push-ended shop production',
  ]);
  assert.match(await push('cart', 'two'), /Live: http/);
  assert.deepEqual(await told(kinds), [
    'push-begun shop null',
    'environment-live shop preview/cart',
    'push-ended shop preview/cart',
  ]);
});

test('so is a push to an environment that is there, and one that fails', async () => {
  await app.write({ 'server.js': 'process.exit(1);\n' });
  assert.match(await push('cart', 'three'), /Failed: /);
  assert.deepEqual(await told(kinds), [
    'push-begun shop preview/cart',
    'push-ended shop preview/cart',
  ]);
});

test('and one whose last stage has tests to pass', async () => {
  const { 'server.js': server = '' } = helloFiles('shop');
  await app.write({ 'server.js': server, 'signalbox.yaml': withTests });
  assert.match(await push('main', 'four'), /Live: http/);
  assert.deepEqual(await told(kinds), [
    'push-begun shop null',
    'environment-live shop production',
    'push-ended shop production',
  ]);
});

const withTests = `app: shop
services:
  web: { run: node server.js }
pipeline:
  stages:
    - production: { tests: { smoke: echo well } }
`;
