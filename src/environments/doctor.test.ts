import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { sql } from '../db/pool.ts';

describe('doctor', () => {
  let rig: ApiRig;
  let head: string;
  let appId: string;

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig, 'a-page', 'bot/update', 'crashes'));
    appId =
      (await sql<{ id: string }>`select id from apps`.execute(rig.world.db)).rows[0]?.id ?? '';
  });
  after(() => rig.close());

  const ask = async (environment?: string) =>
    (await rig.handlers.doctor({ environment }, asking())).findings;
  const kinds = async (environment?: string) =>
    (await ask(environment)).map(({ finding }) => finding);
  const trouble = async (environment?: string) =>
    (await ask(environment))
      .filter(({ severity }) => severity === 'trouble')
      .map(({ finding }) => finding);

  test('knows what it has never heard of', async () => {
    assert.deepEqual(await kinds('nothing/staging'), ['app-unknown']);
    assert.deepEqual(await kinds('abcdefabcdef'), ['environment-unknown']);
    assert.deepEqual(await kinds('shop/never-pushed'), [
      'branch-unknown',
      'never-pushed',
      'never-made',
    ]);
  });

  test('names the rule that leaves a branch out', async () => {
    const findings = await ask('shop/bot/update');
    const rule = findings.find(({ finding }) => finding === 'no-preview-by-rule');
    assert.match(rule?.text ?? '', /environments\.preview\.except/);
    assert.deepEqual(rule?.fix, ['Ask for one: signalbox env create bot/update']);
  });

  test('tells how the newest push ended, and what to do', async () => {
    await sql`insert into pushes (id, app_id, branch, commit, by, state, reason, fix, ended_at)
      values ('p1', ${appId}, 'a-page', ${head}, 'ada', 'failed', 'checks did not pass: test failed', '{Mend the test.}', now())`.execute(
      rig.world.db,
    );
    const push = (await ask('shop/a-page')).find(({ finding }) => finding === 'push-failed');
    assert.match(push?.text ?? '', /pushed by ada .* failed: checks did not pass: test failed/);
    assert.deepEqual(push?.fix, ['Mend the test.']);
  });

  test('tells why one is gone', async () => {
    const { id } = await livingEnvironment(rig, { name: 'preview/old', commit: head });
    await sql`update environments set state = 'destroyed', destroyed_at = now(), destroy_reason = 'nobody used it for 3d' where id = ${id}`.execute(
      rig.world.db,
    );
    const gone = (await ask('shop/old')).find(({ finding }) => finding === 'destroyed');
    assert.match(gone?.text ?? '', /nobody used it for 3d/);
    await rig.world.gateway.apply([{ remove: { host: `${id}.localhost`, path: '/' } }]);
    await rig.world.stores.drop({ app: 'shop', name: `sb_env_${id}_db` });
  });

  test('has nothing to say of what is well, but says it when asked', async () => {
    await livingEnvironment(rig, { name: 'staging', commit: head });
    const findings = await ask('shop/staging');
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'trouble'),
      [],
    );
    for (const finding of ['branch', 'live', 'instance-running', 'route', 'store']) {
      assert.ok(
        findings.some((one) => one.finding === finding),
        finding,
      );
    }
    assert.deepEqual(await trouble(), []);
  });

  test('sees what crashes, what is missing, and the fate the sweeper has for it', async () => {
    const { id, instance } = await livingEnvironment(rig, {
      name: 'preview/crashes',
      commit: head,
    });
    rig.runtime.instances.set(instance, { state: 'crashing', restarts: 4, lastExitCode: 3 });
    await rig.world.gateway.apply([{ remove: { host: `${id}.localhost`, path: '/' } }]);
    await rig.world.stores.drop({ app: 'shop', name: `sb_env_${id}_db` });
    await sql`update environments set pushed_at = now() - interval '60 hours' where id = ${id}`.execute(
      rig.world.db,
    );
    assert.deepEqual(await trouble('shop/crashes'), [
      'instance-crashing',
      'route-missing',
      'store-missing',
    ]);
    const findings = await ask('shop/crashes');
    const crashing = findings.find(({ finding }) => finding === 'instance-crashing');
    assert.match(crashing?.text ?? '', /exit code 3/);
    assert.deepEqual(crashing?.fix, ['signalbox logs crashes --service web --tail 50']);
    assert.match(
      findings.find(({ finding }) => finding === 'sweeper')?.text ?? '',
      /takes it in 12h/,
    );
    assert.deepEqual(await trouble(), ['instance-crashing', 'route-missing', 'store-missing']);
    rig.runtime.instances.delete(instance);
    assert.ok((await trouble('shop/crashes')).includes('instance-missing'));
    await sql`delete from environments where id = ${id}`.execute(rig.world.db);
  });

  test('hears what is silent', async () => {
    await sql`insert into duties (name, every_ms, ran_at) values ('sweep', 1000, now() - interval '1 hour')`.execute(
      rig.world.db,
    );
    await sql`insert into duties (name, every_ms, ran_at, error) values ('sync', 1000, now(), 'no way')`.execute(
      rig.world.db,
    );
    await sql`insert into controllers (id, host, pid, listen, seen_at) values ('c1', 'h', 1, 'l', now() - interval '1 hour')`.execute(
      rig.world.db,
    );
    await sql`update apps set sync_error = 'it could not be fetched'`.execute(rig.world.db);
    assert.deepEqual(await kinds(), [
      'duty-silent',
      'duty-failing',
      'controller-silent',
      'cannot-fetch',
    ]);
    const status = await rig.handlers.getStatus({}, asking());
    assert.equal(status.ok, false);
    assert.deepEqual(
      status.controllers.map(({ alive }) => alive),
      [false],
    );
    assert.ok(status.database.ok && status.gateway.ok && status.runtime.ok);
    for (const table of ['duties', 'controllers'])
      await sql.raw(`delete from ${table}`).execute(rig.world.db);
    await sql`update apps set sync_error = null`.execute(rig.world.db);
    assert.equal((await rig.handlers.getStatus({}, asking())).ok, true);
  });

  test('lists everything without an owner with its size, and touches nothing', async () => {
    const { world, runtime } = rig;
    runtime.held.push(
      {
        kind: 'service',
        id: 'run-x',
        owner: 'environment:unknown00000',
        running: true,
        bytes: 1_700_000_000,
      },
      { kind: 'workspace', id: 'w', owner: 'check:none', running: false, bytes: 2000 },
      { kind: 'job', id: 'j', owner: 'somebody', running: false, bytes: 12 },
      { kind: 'service', id: 'fine', owner: 'environment:staging00000', running: true, bytes: 1 },
    );
    await world.stores.ensure({ app: 'shop', name: 'sb_env_unknown00000_db' }, { from: 'empty' });
    await world.stores.takeSnapshot(
      { app: 'shop', name: 'sb_env_unknown00000_db' },
      { app: 'shop', name: 'sb_snap_lost' },
      { ledger: 'x', interruption: 'allowed' },
    );
    const page = { kind: 'page', page: { status: 503, title: '', text: '', html: null } } as const;
    await world.gateway.apply([
      {
        set: {
          host: 'x.localhost',
          path: '/',
          environment: 'unknown00000',
          service: 'web',
          target: page,
        },
      },
    ]);
    await sql`insert into snapshots (id, app_id, store, database, source, state)
      values ('s9', ${appId}, 'db', 'sb_snap_s9', 'staging', 'ready')`.execute(world.db);
    await mkdir(join(rig.directory, 'artifacts', 'cd'), { recursive: true });
    await writeFile(join(rig.directory, 'artifacts', 'cd', 'cdef.tar'), 'x'.repeat(1500));
    await world.repositories.ensure('nobodys');

    const findings = await ask();
    assert.deepEqual(findings.map(({ finding }) => finding).toSorted(), [
      'orphan-artifact',
      'orphan-database',
      'orphan-database',
      'orphan-job',
      'orphan-repository',
      'orphan-route',
      'orphan-service',
      'orphan-workspace',
      'snapshot-lost',
    ]);
    const text = (kind: string) => findings.find(({ finding }) => finding === kind)?.text ?? '';
    assert.match(text('orphan-service'), /runs and takes 1\.7 GB/);
    assert.match(text('orphan-artifact'), /1\.5 kB/);
    assert.deepEqual((await ask()).length, findings.length);
  });

  test('says so when it cannot look', async () => {
    const { gateway } = rig.world;
    rig.world.gateway = { ...gateway, routes: () => Promise.reject(new Error('no answer')) };
    assert.ok((await kinds()).includes('unreadable'));
    rig.world.gateway = gateway;
  });
});
