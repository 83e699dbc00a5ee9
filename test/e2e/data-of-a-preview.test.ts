import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dataApp, dataYaml, eyes, type Eyes } from '../support/data-app.ts';
import type { SampleApp } from '../support/sample-app.ts';
import { shell, type Shell } from '../support/signalbox-cli.ts';
import {
  eventually,
  testSignalbox,
  type Controller,
  type TestSignalbox,
} from '../support/signalbox.ts';

interface Snapshot {
  id: string;
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
  reason: string | null;
}

const rhythm = { reconcileMs: 1000, sweepMs: 1000, syncMs: 1000, jobsMs: 1000 };
const hour = 3_600_000;
const staging = 'staging--notes.localhost';

let signalbox: TestSignalbox;
let controller: Controller;
let app: SampleApp;
let at: Eyes;
let ada: Shell;
const commits: Record<string, string> = {};
const taken: Record<string, Snapshot> = {};

before(async () => {
  signalbox = await testSignalbox();
  // No snapshot is taken but those the story asks for.
  controller = await signalbox.start({ rhythm: { ...rhythm, sweepMs: hour } });
  app = await dataApp(controller, 'notes');
  at = eyes(signalbox);
  ada = shell({ controller, home: signalbox.directory, directory: app.directory });
});

after(async () => {
  await app?.end();
  await signalbox?.end();
});

const environments = async (): Promise<Environment[]> =>
  (await ada.json<{ environments: Environment[] }>('env', 'list')).environments;

async function snapshot(): Promise<Snapshot> {
  const { snapshots } = await ada.json<{ snapshots: Snapshot[] }>('snapshot', 'take', 'staging');
  const [one] = snapshots;
  assert.equal(one?.state, 'ready');
  return one;
}

/** A branch cut from a commit, with these files, pushed. */
async function branch(
  name: string,
  from: string,
  files: Record<string, string> = {},
): Promise<string> {
  await app.git('checkout', '--quiet', '--force', '-B', name, from);
  return again(name, { 'branch.txt': name, ...files });
}

async function again(name: string, files: Record<string, string>): Promise<string> {
  await app.write(files);
  await app.commit(name, `more of ${name}`);
  const pushed = await app.push('signalbox', name);
  assert.ok(pushed.accepted, pushed.output);
  return pushed.output;
}

const hostIn = (output: string): string =>
  /Live: http:\/\/([^/:]+)/.exec(output)?.[1] ?? assert.fail(output);

async function main(letter: string, files: Record<string, string>): Promise<void> {
  await app.git('checkout', '--quiet', '--force', 'main').catch(() => '');
  await app.write({ 'main.txt': letter, ...files });
  commits[letter] = await app.commit('main', letter);
  const pushed = await app.push('signalbox', 'main');
  assert.match(pushed.output, /Live: http/, pushed.output);
}

describe('a preview’s data fits its branch', () => {
  test('snapshots are tagged with the commit on main and the migration they hold', async () => {
    await main('start', {});
    await main('A', {});
    await at.see(staging, 'from A');
    taken['A'] = await snapshot();
    await main('B', {
      'migrations/2-stars.sql': 'alter table notes add stars int not null default 0;',
    });
    await at.see(staging, 'from B');
    taken['B'] = await snapshot();
    assert.equal(taken['A'].commit, commits['A']);
    assert.equal(taken['A'].migration, '1-notes');
    assert.equal(taken['B'].commit, commits['B']);
    assert.equal(taken['B'].migration, '2-stars');
  });

  test('a branch cut from an older main gets the snapshot of then, and is told what is ahead', async () => {
    const output = await branch('old', commits['A'] ?? '', {
      'migrations/3-old.sql': 'create table old_one (id int);',
    });
    assert.ok(output.includes(`snapshot ${taken['A']?.id}`), output);
    assert.match(output, /1 newer is ahead of where it left main/);
    const seen = await at.see(hostIn(output));
    assert.deepEqual(seen.notes, ['from A']);
    assert.deepEqual(seen.migrations, ['1-notes', '3-old'], 'its own migration came on top');
    assert.deepEqual((await at.see(staging)).migrations, ['1-notes', '2-stars'], 'and only there');
  });

  test('a branch of today’s main gets the newest one', async () => {
    const output = await branch('new', commits['B'] ?? '');
    assert.ok(output.includes(`snapshot ${taken['B']?.id}`), output);
    assert.match(output, /the newest one/);
    assert.deepEqual((await at.see(hostIn(output))).notes, ['from A', 'from B']);
    assert.match(output, /Migrations of db: nothing new/);
  });

  test('a branch older than every snapshot starts empty and says why', async () => {
    const output = await branch('oldest', commits['start'] ?? '');
    assert.match(output, /empty: all 2 snapshots are ahead of where this branch left main/);
    assert.deepEqual(await at.see(hostIn(output)), { notes: [], migrations: ['1-notes'] });
    const oldest = (await environments()).find((one) => one.branch === 'oldest');
    assert.match(oldest?.data ?? '', /ahead of where this branch left main/);
  });
});

describe('what a push does to the data', () => {
  test('keep, the default: what was written stays', async () => {
    const output = await branch('keep', commits['B'] ?? '');
    await at.see(hostIn(output), 'mine');
    await again('keep', { 'migrations/4-more.sql': 'create table more (id int);' });
    const seen = await at.see(hostIn(output));
    assert.deepEqual(seen.notes, ['from A', 'from B', 'mine']);
    assert.ok(seen.migrations.includes('4-more'));
  });

  test('reset: every push begins with the snapshot', async () => {
    const yaml = dataYaml('notes', '    on-push: reset\n');
    const output = await branch('reset', commits['B'] ?? '', { 'signalbox.yaml': yaml });
    await at.see(hostIn(output), 'mine');
    const second = await again('reset', { 'branch.txt': 'another text' });
    assert.match(second, /Data reset \(on-push: reset\)/);
    assert.deepEqual((await at.see(hostIn(output))).notes, ['from A', 'from B']);
  });

  test('reset when migrations changed: an edited one resets, anything else keeps', async () => {
    const yaml = dataYaml('notes', '    on-push: reset-when-migrations-changed\n');
    const output = await branch('edits', commits['B'] ?? '', {
      'signalbox.yaml': yaml,
      'migrations/5-try.sql': 'create table first_try (id int);',
    });
    await at.see(hostIn(output), 'mine');
    await again('edits', { 'branch.txt': 'unrelated' });
    assert.deepEqual((await at.see(hostIn(output))).notes, ['from A', 'from B', 'mine']);
    const edited = await again('edits', {
      'migrations/5-try.sql': 'create table second (id int);',
    });
    assert.match(edited, /Data reset \(migrations\/5-try\.sql changed\)/);
    const seen = await at.see(hostIn(output));
    assert.deepEqual(seen.notes, ['from A', 'from B']);
    assert.ok(seen.migrations.includes('5-try'));
  });

  test('env reset-data throws it away by hand: for what fits, or for a snapshot that is named', async () => {
    const { host } = (await environments()).find((one) => one.branch === 'keep') ?? assert.fail();
    const asked = await ada.signalbox(['env', 'reset-data', 'keep', '--yes']);
    assert.equal(asked.code, 0, asked.err + asked.out);
    assert.deepEqual((await at.see(host)).notes, ['from A', 'from B']);
    assert.ok((await at.see(host)).migrations.includes('4-more'), 'and migrated again');
    const id = taken['A']?.id ?? '';
    const named = await ada.signalbox(['env', 'reset-data', 'keep', '--yes', '--snapshot', id]);
    assert.equal(named.code, 0, named.err + named.out);
    assert.deepEqual((await at.see(host)).notes, ['from A']);
    const { data } = (await environments()).find((one) => one.branch === 'keep') ?? assert.fail();
    assert.match(data ?? '', /asked for/);
    const stranger = ['env', 'reset-data', 'keep', '--yes', '--snapshot', 'nosuchone'];
    const refused = await ada.signalbox(stranger);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /no usable snapshot nosuchone[\s\S]*signalbox snapshot list/);
  });

  test('shared: staging’s own data, and no branch may change its shape', async () => {
    const yaml = dataYaml('notes', '', 'data: shared');
    const output = await branch('lite', commits['B'] ?? '', { 'signalbox.yaml': yaml });
    await at.see(hostIn(output), 'from lite');
    assert.ok((await at.see(staging)).notes.includes('from lite'));
    const refused = await again('lite', { 'migrations/6-wild.sql': 'drop table notes;' });
    assert.match(refused, /carries a new migration \(migrations\/6-wild\.sql\)/);
    assert.match(refused, /data: own/);
    assert.ok((await at.see(staging)).notes.includes('from lite'), 'staging is unharmed');
    assert.ok((await at.see(hostIn(output))).notes.includes('from lite'), 'the old one serves');
    const reset = await ada.signalbox(['env', 'reset-data', 'lite', '--yes']);
    assert.equal(reset.code, 1);
    assert.match(reset.err, /no data of its own to reset/);
    await app.push('signalbox', '--delete', 'lite');
    await eventually('it is gone', async () =>
      (await environments()).every(({ branch }) => branch !== 'lite'),
    );
    assert.ok((await at.see(staging)).notes.includes('from lite'), 'and takes nothing with it');
  });
});
