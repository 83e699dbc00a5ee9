import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { dataApp, dataYaml, eyes, type Eyes } from '../support/data-app.ts';
import { addApp, sampleApp, withPackages, type SampleApp } from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  visit,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Snapshot {
  id: string;
  store: string;
  source: string;
  commit: string | null;
  migration: string | null;
  state: string;
}

interface Environment {
  branch: string;
  host: string;
  state: string;
  data: string | null;
}

const rhythm = { reconcileMs: 1000, sweepMs: 1000, syncMs: 1000, jobsMs: 1000 };
const hour = 3_600_000;
const roundMs = 400;
const day = 24 * hour;

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let two: SampleApp | undefined;
let at: Eyes;
let ada: Shell;
let imported: Snapshot;
let newest: Snapshot;

before(async () => {
  signalbox = await testSignalbox();
  controller = await signalbox.start({ rhythm: { ...rhythm, sweepMs: hour } });
  app = await dataApp(controller, 'notes');
  at = eyes(signalbox);
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
  await app.write({ 'signalbox.yaml': dataYaml('notes').replace('keep: 3', 'keep: 1') });
  await app.commit('main', 'first');
  const pushed = await app.push('signalbox', 'main');
  assert.match(pushed.output, /Live: http/, pushed.output);
});

after(async () => {
  await two?.end();
  await app?.end();
  await signalbox?.end();
});

const environments = async (name = 'notes'): Promise<Environment[]> =>
  (await ada.json<{ environments: Environment[] }>('env', 'list', '--app', name)).environments;

const snapshots = async (name = 'notes'): Promise<Snapshot[]> =>
  (await ada.json<{ snapshots: Snapshot[] }>('snapshot', 'list', '--app', name)).snapshots;

const fromStaging = async (): Promise<Snapshot[]> =>
  (await snapshots()).filter(({ source }) => source === 'staging');

async function takeSnapshot(): Promise<Snapshot> {
  const { snapshots } = await ada.json<{ snapshots: Snapshot[] }>('snapshot', 'take', 'staging');
  const [one] = snapshots;
  assert.equal(one?.state, 'ready');
  return one;
}

/** As pg_dump writes it, with an owner who does not exist here. */
const dump = `--
-- PostgreSQL database dump
--
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.notes (
    id integer NOT NULL,
    text text NOT NULL
);
ALTER TABLE public.notes OWNER TO somebody_else;
CREATE SEQUENCE public.notes_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.notes_id_seq OWNED BY public.notes.id;
CREATE TABLE public.schema_migrations (
    version text NOT NULL,
    applied_at timestamp with time zone DEFAULT now()
);
ALTER TABLE ONLY public.notes ALTER COLUMN id SET DEFAULT nextval('public.notes_id_seq'::regclass);
COPY public.notes (id, text) FROM stdin;
1\tfrom a dump; with -- odd 'marks'
\\.
COPY public.schema_migrations (version) FROM stdin;
1-notes
\\.
SELECT pg_catalog.setval('public.notes_id_seq', 1, true);
ALTER TABLE ONLY public.schema_migrations ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
GRANT SELECT ON TABLE public.notes TO somebody_else;
`;

test('a plain dump is imported by hand, and a preview begins with it', async () => {
  const file = join(signalbox.directory, 'dump.sql');
  await writeFile(file, dump);
  const commit = await app.git('rev-parse', '--short', 'main');
  const asked = ['snapshot', 'import', file, '--commit', commit];
  const [one] = (await ada.json<{ snapshots: Snapshot[] }>(...asked)).snapshots;
  assert.ok(one);
  imported = one;
  assert.equal(imported.source, 'import');
  assert.equal(imported.migration, '1-notes');
  await app.write({ 'branch.txt': 'dumped' });
  await app.commit('dumped', 'dumped');
  const pushed = await app.push('signalbox', 'dumped');
  assert.ok(pushed.output.includes(`snapshot ${imported.id}`), pushed.output);
  const host = /Live: http:\/\/([^/:]+)/.exec(pushed.output)?.[1] ?? '';
  await at.see(host, 'mine');
  const seen = await at.see(host);
  assert.deepEqual(seen.notes, ["from a dump; with -- odd 'marks'", 'mine']);
  assert.deepEqual(seen.migrations, ['1-notes']);
});

test('a dump that breaks off leaves no snapshot and says what is wrong', async () => {
  const broken = dump.replace('CREATE SEQUENCE', 'CREATE SEKUENCE');
  const { code, err } = await ada.signalbox(['snapshot', 'import', '-'], broken);
  assert.equal(code, 1);
  assert.match(err, /SEKUENCE/);
  // Staging's own, of this day, may have come meanwhile.
  const ready = (await snapshots()).filter(
    ({ state, source }) => state === 'ready' && source === 'import',
  );
  assert.deepEqual(
    ready.map(({ id }) => id),
    [imported.id],
  );
});

test('twenty previews at once from one snapshot, while a newer one takes its place', async () => {
  await at.see('staging--notes.localhost', 'from staging');
  const older = await takeSnapshot();
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({ 'branch.txt': 'many' });
  await app.commit('many', 'many');
  const branches = Array.from({ length: 20 }, (_, index) => `many/${index}`);
  await app.git('branch', '--move', 'many', 'burst');
  for (const branch of branches) await app.git('branch', branch, 'burst');
  const pushing = app.push('signalbox', ...branches);
  await eventually('the first one lives', async () =>
    (await environments()).some((one) => one.branch.startsWith('many/') && one.state === 'live'),
  );
  newest = await takeSnapshot();
  const pushed = await pushing;
  assert.ok(pushed.accepted, pushed.output);
  const previews = (await environments()).filter(({ branch }) => branch.startsWith('many/'));
  assert.equal(previews.length, 20);
  for (const { host, state, data } of previews) {
    assert.equal(state, 'live');
    assert.ok(
      [older.id, newest.id].some((id) => data?.includes(id)),
      String(data),
    );
    await at.see(host, host);
    assert.deepEqual((await at.see(host)).notes, ['from staging', host], 'nobody else’s');
  }
  assert.ok(previews.some(({ data }) => data?.includes(older.id)));
  await eventually('the older one is gone', async () => (await fromStaging()).length === 1);
  assert.deepEqual(
    (await snapshots()).filter(({ state }) => state === 'ready').map(({ id }) => id),
    [newest.id, imported.id],
    'what was imported stays until somebody drops it',
  );
  await app.push('signalbox', '--delete', ...branches, 'dumped');
  await eventually('they are gone', async () => (await environments()).length === 2);
});

test('with several stores a named snapshot resets its own store only', async () => {
  two = await sampleApp('two', {
    'signalbox.yaml': `app: two
services:
  web: { run: node server.js, stop: 1s }
stores:
  first: { postgres: { variable: FIRST } }
  second: { postgres: { variable: SECOND } }
`,
    'server.js': `const { Client } = require('pg');
async function of(url, note) {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create table if not exists notes (text text)');
  if (note) await client.query('insert into notes values ($1)', [note]);
  const { rows } = await client.query('select text from notes');
  await client.end();
  return rows.map((row) => row.text);
}
require('node:http').createServer(async (request, reply) => {
  const note = request.method === 'POST' ? request.url.slice(1) : '';
  const { FIRST, SECOND } = process.env;
  reply.end(JSON.stringify({ first: await of(FIRST, note), second: await of(SECOND, note) }));
}).listen(process.env.PORT);
`,
  });
  await withPackages(two, 'pg');
  await addApp(controller, two);
  await two.commit('main', 'first');
  await two.push('signalbox', 'main');
  const page = async (host: string, note?: string): Promise<unknown> => {
    const method = note === undefined ? 'GET' : 'POST';
    const answer = await visit(signalbox.gatewayPort, host, `/${note ?? ''}`, method);
    return JSON.parse(answer.body);
  };
  await page('staging--two.localhost', 'staging');
  const begun = await ada.json<{ snapshots: Snapshot[] }>('snapshot', 'take', 'two/staging');
  assert.deepEqual(begun.snapshots.map(({ store }) => store).sort(), ['first', 'second']);
  const first = begun.snapshots.find(({ store }) => store === 'first');
  await two.write({ 'branch.txt': 'both' });
  await two.commit('both', 'both');
  const pushed = await two.push('signalbox', 'both');
  const host = /Live: http:\/\/([^/:]+)/.exec(pushed.output)?.[1] ?? assert.fail(pushed.output);
  assert.deepEqual(await page(host, 'mine'), {
    first: ['staging', 'mine'],
    second: ['staging', 'mine'],
  });
  const reset = ['env', 'reset-data', 'two/preview/both', '--yes'];
  const named = await ada.signalbox([...reset, '--snapshot', first?.id ?? '']);
  assert.equal(named.code, 0, named.err);
  assert.deepEqual(await page(host), { first: ['staging'], second: ['staging', 'mine'] });
  const whole = await ada.signalbox(reset);
  assert.equal(whole.code, 0, whole.err);
  assert.deepEqual(await page(host), { first: ['staging'], second: ['staging'] });
});

test('every day a snapshot is taken, one a day, and the oldest makes room', async () => {
  await controller.kill('SIGTERM');
  controller = await signalbox.start({ rhythm: { ...rhythm, sweepMs: roundMs } });
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
  await pause(4 * roundMs);
  assert.deepEqual(
    (await fromStaging()).map(({ id }) => id),
    [newest.id],
    'not before a day has passed',
  );
  for (const ahead of [day + hour, 2 * day + 2 * hour]) {
    await signalbox.ahead(ahead);
    const [next] = await eventually('the next one is there', async () => {
      const ready = (await fromStaging()).filter(({ state }) => state === 'ready');
      return ready.length === 1 && ready[0]?.id !== newest.id && ready;
    });
    await pause(4 * roundMs);
    assert.deepEqual(
      (await fromStaging()).map(({ id }) => id),
      [next?.id],
    );
    newest = next ?? newest;
  }
  await signalbox.ahead(0);
});
