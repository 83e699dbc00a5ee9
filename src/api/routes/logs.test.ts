import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  begun,
  collect,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../../test/support/api-rig.ts';
import { sql } from '../../db/pool.ts';

describe('what an environment prints', () => {
  let rig: ApiRig;
  let head: string;
  let appId: string;
  let staging: { id: string; deploy: string; instance: string };

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig, 'a-page'));
    appId =
      (await sql<{ id: string }>`select id from apps`.execute(rig.world.db)).rows[0]?.id ?? '';
    staging = await livingEnvironment(rig, { name: 'staging', commit: head });
  });
  after(() => rig.close());

  test('secrets have names and never values', async () => {
    const at = { app: 'shop', scope: 'staging', name: 'KEY' };
    await rig.handlers.setSecret({ ...at, value: 'canary-value' }, asking());
    await rig.handlers.setSecret(
      { ...at, scope: 'preview/not-yet-there', value: 'canary-value' },
      asking(),
    );
    const listed = await rig.handlers.listSecrets({ app: 'shop' }, asking());
    assert.deepEqual(
      listed.secrets.map(({ scope, name, setBy }) => [scope, name, setBy]),
      [
        ['preview/not-yet-there', 'KEY', 'ada'],
        ['staging', 'KEY', 'ada'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(listed), /canary/);
    for (const scope of ['build', 'a-page', 'preview/', 'preview/-x', 'preview/a\nb']) {
      const set = async () => rig.handlers.setSecret({ ...at, scope, value: 'x' }, asking());
      await assert.rejects(set, { code: 'secret/bad-scope' });
    }
    const unset = () =>
      rig.handlers.unsetSecret({ ...at, scope: 'preview/not-yet-there' }, asking());
    assert.match((await unset()).text, /forgotten/);
    assert.match((await unset()).text, /was not set/);
  });

  test('logs are of the services that run, cleaned of secrets and store passwords', async () => {
    const text = 'key canary-value\naddress postgres://x:memory@127.0.0.1:1/x\n\u001b[31mred\n';
    rig.runtime.logs.set(staging.instance, { text: Buffer.from(text), ended: false });
    const read = async (more: { service?: string; tail?: number }) => {
      const lines = await rig.handlers.readLogs({ environment: staging.id, ...more }, asking());
      return (await collect(lines)).map(({ line }) => line);
    };
    assert.deepEqual(await read({}), [
      'key [KEY]',
      'address postgres://x:[db password]@127.0.0.1:1/x',
      'red',
    ]);
    assert.deepEqual(await read({ tail: 1 }), ['red']);
    assert.deepEqual((await read({ service: 'web' })).length, 3);
    await assert.rejects(read({ service: 'worker' }), /no service called worker/);
  });

  test('logs stay clean also when a secret that the file wants is missing', async () => {
    await sql`update environments set config = jsonb_set(config, '{secrets}', '["KEY", "GONE"]') where id = ${staging.id}`.execute(
      rig.world.db,
    );
    const lines = await collect(await rig.handlers.readLogs({ environment: staging.id }, asking()));
    assert.doesNotMatch(JSON.stringify(lines), /canary|:memory@/);
    await sql`update environments set config = jsonb_set(config, '{secrets}', '[]') where id = ${staging.id}`.execute(
      rig.world.db,
    );
  });

  test('followed logs take in the instances of the next deploy', async () => {
    const left = new AbortController();
    const lines = await rig.handlers.readLogs(
      { environment: staging.id, follow: true },
      asking({ signal: left.signal }),
    );
    const [all] = await begun(
      (async function* () {
        for await (const item of lines) {
          yield item;
          if (item.line === 'from the new one') left.abort();
        }
      })(),
    );
    rig.runtime.logs.set('run-new', { text: Buffer.from('from the new one\n'), ended: false });
    await sql`insert into instances (id, environment_id, deploy_id, service, ordinal, state)
      values ('run-new', ${staging.id}, ${staging.deploy}, 'web', 2, 'starting')`.execute(
      rig.world.db,
    );
    assert.deepEqual(((await all) ?? []).at(-1), {
      service: 'web',
      instance: 'run-new',
      line: 'from the new one',
    });
    await sql`delete from instances where id = 'run-new'`.execute(rig.world.db);
  });

  test('logs of builds, checks and jobs are found by what they belong to', async () => {
    const { db } = rig.world;
    const key = 'ab'.repeat(32);
    const log = (id: string): void =>
      void rig.runtime.logs.set(id, { text: Buffer.from(`${id} canary-value\n`), ended: true });
    await sql`insert into builds (key, app_id, attempt, state) values (${key}, ${appId}, 2, 'failed')`.execute(
      db,
    );
    await sql`insert into checks (app_id, commit, name, job, state) values (${appId}, ${head}, 'test', 'check-1', 'failed')`.execute(
      db,
    );
    log(`build-${key.slice(0, 16)}-2`);
    log('check-1');
    const run = await rig.handlers.runJob({ environment: staging.id, job: 'report' }, asking());
    log(`scheduled-${run.id}`);
    const read = async (lines: Promise<AsyncIterable<{ line: string }>>) =>
      (await collect(await lines)).map(({ line }) => line);
    assert.deepEqual(await read(rig.handlers.readBuildLog({ build: key }, asking())), [
      `build-${key.slice(0, 16)}-2 [KEY]`,
    ]);
    const check = { app: 'shop', commit: head.slice(0, 7), check: 'test' };
    assert.deepEqual(await read(rig.handlers.readCheckLog(check, asking())), ['check-1 [KEY]']);
    assert.deepEqual(await read(rig.handlers.readJobLog({ run: run.id }, asking())), [
      `scheduled-${run.id} [KEY]`,
    ]);
    await assert.rejects(rig.handlers.readBuildLog({ build: 'none' }, asking()), {
      code: 'build/unknown',
    });
    await assert.rejects(rig.handlers.readCheckLog({ ...check, check: 'lint' }, asking()), {
      code: 'check/unknown',
    });
    await assert.rejects(rig.handlers.readJobLog({ run: 'none' }, asking()), {
      code: 'job/unknown-run',
    });
    rig.runtime.logs.delete('check-1');
    assert.deepEqual(
      await read(rig.handlers.readCheckLog(check, asking())),
      [],
      'a log no longer kept has no lines',
    );
  });
});
