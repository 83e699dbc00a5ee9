import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  git,
  livingEnvironment,
  sourceRepository,
  type ApiRig,
} from '../../../test/support/api-rig.ts';
import { row, sql } from '../../db/pool.ts';
import { finishRemovals } from '../../environments/remove-app.ts';
import { syncApp } from '../../environments/sync-app.ts';
import { seal } from '../../kernel/sealed.ts';
import { fetchSource } from '../../git/sync.ts';
import { apps, findApp } from '../../git/app.ts';

describe('apps that follow a repository', () => {
  let rig: ApiRig;
  let path: string;
  let secret: string;

  before(async () => {
    rig = await apiRig();
    ({ path } = await sourceRepository(rig));
    const { webhook, app } = await rig.handlers.addApp({ name: 'shop', source: path }, asking());
    secret = webhook?.secret ?? '';
    assert.equal(app.remote, 'http://127.0.0.1:7070/git/shop.git');
    assert.match(webhook?.url ?? '', /\/api\/v1\/apps\/shop\/webhook$/);
  });
  after(() => rig.close());

  const sync = async () => rig.handlers.syncApp({ app: 'shop' }, asking());

  test('a sync follows each moved branch once, main first', async () => {
    await git(path, 'checkout', '-q', '-b', 'a-page');
    await git(path, 'commit', '-q', '--allow-empty', '-m', 'page');
    await sync();
    await sync();
    const { pushes } = await rig.handlers.listPushes({ app: 'shop' }, asking());
    assert.deepEqual(pushes.map(({ branch }) => branch).toSorted(), ['a-page', 'main']);
    assert.equal(pushes.at(-1)?.branch, 'main');
    for (const { id } of pushes)
      assert.ok(rig.engine.started.some((run) => run.id === `push-${id}`));
    const shown = await rig.handlers.getApp({ app: 'shop' }, asking());
    assert.equal(shown.syncError, null);
    assert.ok(shown.syncedAt);
  });

  test('a branch rewound at the source is rewound here', async () => {
    const head = await git(path, 'rev-parse', 'a-page');
    await git(path, 'commit', '-q', '--amend', '--allow-empty', '-m', 'page, better');
    const { changes } = await sync();
    assert.equal(changes[0]?.change, 'moved');
    assert.notEqual(await rig.world.repositories.head('shop', 'a-page'), head);
  });

  test('a branch is gone only after two looks, in time apart', async () => {
    const environment = await livingEnvironment(rig, { name: 'preview/a-page', commit: 'c1' });
    await git(path, 'checkout', '-q', 'main');
    await git(path, 'branch', '-q', '-D', 'a-page');
    assert.match((await sync()).text, /a-page is missing there/);
    await sync();
    assert.ok(await rig.world.repositories.head('shop', 'a-page'), 'one moment is one look');
    rig.setNow(new Date(Date.now() + 60_000));
    const { changes } = await sync();
    assert.deepEqual(changes, [{ branch: 'a-page', change: 'gone', commit: null, push: null }]);
    assert.equal(await rig.world.repositories.head('shop', 'a-page'), null);
    const shown = await rig.handlers.getEnvironment({ environment: environment.id }, asking());
    assert.equal(shown.state, 'destroying');
    assert.match(shown.reason ?? '', /deleted in the followed repository/);
  });

  test('a branch that comes back between two looks was never gone', async () => {
    const app = { ...(await findApp(rig.world.db, 'shop')), source: path };
    const look = (minutes: number) =>
      fetchSource(rig.world.repositories, app, { now: new Date(Date.now() + minutes * 60_000) });
    await git(path, 'branch', 'b-page');
    await look(10);
    await git(path, 'branch', '-q', '-D', 'b-page');
    assert.deepEqual((await look(11)).missing, ['b-page']);
    await git(path, 'branch', 'b-page');
    assert.deepEqual((await look(12)).missing, []);
    await git(path, 'branch', '-q', '-D', 'b-page');
    assert.deepEqual((await look(13)).missing, ['b-page']);
  });

  test('an emptied source proves nothing about any branch', async () => {
    const empty = join(rig.directory, 'emptied');
    await git(rig.directory, 'init', '-q', '--bare', 'emptied');
    const app = { ...(await findApp(rig.world.db, 'shop')), source: empty };
    for (const minutes of [20, 21, 22]) {
      const now = new Date(Date.now() + minutes * 60_000);
      const { changes, missing } = await fetchSource(rig.world.repositories, app, { now });
      assert.deepEqual({ changes, missing }, { changes: [], missing: [] });
    }
    assert.ok(await rig.world.repositories.head('shop', 'main'));
  });

  test('a directory of branches may take the place of a branch', async () => {
    await git(path, 'branch', 'feature');
    await sync();
    await git(path, 'branch', '-q', '-D', 'feature');
    await git(path, 'branch', 'feature/one');
    await sync().catch(() => undefined);
    rig.setNow(new Date(Date.now() + 3_600_000));
    await sync();
    assert.equal(await rig.world.repositories.head('shop', 'feature'), null);
    assert.ok(await rig.world.repositories.head('shop', 'feature/one'));
  });

  test('a source that is gone stands in the row of the app, without its credentials', async () => {
    const { sourceAddress } = (await apps.byName(rig.world.db, 'shop')) ?? {};
    const gone = 'http://ada:canary-1@127.0.0.1:9/shop.git';
    await sql`update apps set source_address = ${seal(rig.world.key, 'source shop', gone)}
      where name = 'shop'`.execute(rig.world.db);
    await assert.rejects(sync(), (error: Error) => {
      assert.equal((error as { code?: string }).code, 'git/cannot-fetch');
      assert.doesNotMatch(JSON.stringify(error) + error.message, /canary-1/);
      return true;
    });
    const shown = await rig.handlers.getApp({ app: 'shop' }, asking());
    assert.match(shown.syncError ?? '', /could not be fetched/);
    assert.doesNotMatch(JSON.stringify(shown), /canary-1/);
    await sql`update apps set source_address = ${sourceAddress} where name = 'shop'`.execute(
      rig.world.db,
    );
  });

  test('a webhook call is obeyed when it is signed, and only then', async () => {
    const call = (signature: string, app = 'shop') =>
      rig.handlers.receiveWebhook(
        { app },
        asking({
          upload: Readable.from([Buffer.from('{"ref":1}')]),
          headers: { 'x-hub-signature-256': signature },
        }),
      );
    const right = `sha256=${createHmac('sha256', secret).update('{"ref":1}').digest('hex')}`;
    await assert.rejects(async () => call(`sha256=${'0'.repeat(64)}`), {
      code: 'api/wrong-signature',
    });
    await assert.rejects(async () => call(''), { code: 'api/wrong-signature' });
    await assert.rejects(async () => call(right, 'nothing'), { code: 'api/wrong-signature' });
    await git(path, 'checkout', '-q', '-b', 'by-webhook');
    await git(path, 'commit', '-q', '--allow-empty', '-m', 'hook');
    await call(right);
    await sync();
    const { pushes } = await rig.handlers.listPushes(
      { app: 'shop', branch: 'by-webhook' },
      asking(),
    );
    assert.equal(pushes.length, 1);
  });

  test('calls during a sync share the one after it', async () => {
    const app = await findApp(rig.world.db, 'shop');
    const first = syncApp(rig.world, app);
    const second = syncApp(rig.world, app);
    assert.equal(second, syncApp(rig.world, app));
    assert.notEqual(first, second);
    await Promise.all([first, second]);
  });

  test('old branches of a repository seen for the first time wait until somebody asks', async () => {
    const { path: old } = await sourceRepository(rig, 'old');
    await git(old, 'checkout', '-q', '-b', 'ancient');
    const long = '2020-01-01T00:00:00Z';
    await git(
      old,
      '-c',
      'core.hooksPath=/dev/null',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
      '--date',
      long,
    );
    process.env['GIT_COMMITTER_DATE'] = long;
    await git(old, 'commit', '-q', '--amend', '--no-edit', '--allow-empty');
    delete process.env['GIT_COMMITTER_DATE'];
    await git(old, 'checkout', '-q', 'main');
    await rig.handlers.addApp({ name: 'old', source: old }, asking());
    await rig.handlers.syncApp({ app: 'old' }, asking());
    const { pushes } = await rig.handlers.listPushes({ app: 'old' }, asking());
    assert.deepEqual(
      pushes.map(({ branch }) => branch),
      ['main'],
    );
    assert.ok(await rig.world.repositories.head('old', 'ancient'));
  });

  test('what cannot be followed is refused when the app is added', async () => {
    const add = (source: string, mainBranch?: string) =>
      rig.handlers.addApp({ name: 'other', source, mainBranch }, asking());
    const marker = join(rig.directory, 'owned');
    await assert.rejects(async () => add(`ext::sh -c touch% ${marker}`), {
      code: 'git/unusable-source',
    });
    await assert.rejects(async () => add('/nowhere/at/all'), { code: 'git/cannot-fetch' });
    await assert.rejects(async () => add(path, 'no-such'), { code: 'git/no-main-branch' });
    await assert.rejects(async () => rig.handlers.syncApp({ app: 'other' }, asking()), {
      code: 'app/unknown',
    });
    assert.ok(!(await readdir(rig.directory)).includes('owned'));
  });
});

describe('an app that is pushed to', () => {
  let rig: ApiRig;

  before(async () => {
    rig = await apiRig();
    await rig.handlers.addApp({ name: 'shop', mainBranch: 'trunk' }, asking());
  });
  after(() => rig.close());

  test('has no webhook, and nothing to fetch', async () => {
    await assert.rejects(async () => rig.handlers.syncApp({ app: 'shop' }, asking()), {
      code: 'app/follows-nothing',
    });
    const call = async () => rig.handlers.receiveWebhook({ app: 'shop' }, asking());
    await assert.rejects(call, { code: 'api/wrong-signature' });
  });

  test('keeps its name', async () => {
    await assert.rejects(async () => rig.handlers.addApp({ name: 'shop' }, asking()), {
      code: 'app/taken',
    });
    const { apps } = await rig.handlers.listApps({}, asking());
    assert.deepEqual(
      apps.map(({ name, mainBranch }) => [name, mainBranch]),
      [['shop', 'trunk']],
    );
  });

  test('is removed only when its name is said again', async () => {
    const refused = async () => rig.handlers.removeApp({ app: 'shop', confirm: 'Shop' }, asking());
    await assert.rejects(refused, { code: 'app/not-confirmed' });
  });

  test('goes with everything it has, across restarts, and its name is free again', async () => {
    const { db } = rig.world;
    const environment = await livingEnvironment(rig, { name: 'preview/x', commit: 'c1' });
    const artifact = join(rig.directory, 'artifacts', 'ab', `ab${'0'.repeat(62)}.tar`);
    await mkdir(join(rig.directory, 'artifacts', 'ab'));
    await writeFile(artifact, 'tar');
    await sql`insert into artifacts (key, app_id, tree, commit, sha256, bytes)
      select ${`ab${'0'.repeat(62)}`}, id, 't', 'c', 's', 3 from apps`.execute(db);
    await sql`insert into checks (app_id, commit, name, job, state) select id, 'c', 'test', 'check-1', 'passed' from apps`.execute(
      db,
    );
    await sql`insert into snapshots (id, app_id, store, database, source, state)
      select 's1', id, 'db', 'sb_snap_s1', 'staging', 'ready' from apps`.execute(db);

    await rig.handlers.removeApp({ app: 'shop', confirm: 'shop' }, asking());
    assert.deepEqual((await rig.handlers.listApps({}, asking())).apps, []);
    await assert.rejects(
      async () => rig.handlers.addApp({ name: 'shop' }, asking()),
      /is being removed/,
    );
    assert.deepEqual(await finishRemovals(rig.world), [], 'its environment still stands');
    assert.ok(rig.engine.started.some(({ id }) => id === `destroy-${environment.id}`));

    await sql`update environments set state = 'destroyed' where id = ${environment.id}`.execute(db);
    assert.deepEqual(await finishRemovals(rig.world), ['removed the app shop']);
    assert.deepEqual(await finishRemovals(rig.world), []);
    assert.equal(await row(db, sql`select id from apps`), null);
    assert.equal(await row(db, sql`select id from snapshots`), null);
    assert.deepEqual(rig.runtime.forgotten, ['check-1']);
    assert.deepEqual(await readdir(join(rig.directory, 'artifacts', 'ab')), []);
    assert.deepEqual(await readdir(join(rig.directory, 'git')), []);
    await rig.handlers.addApp({ name: 'shop' }, asking());
  });
});
