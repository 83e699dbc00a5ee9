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
import { row, sql } from '../../db/pool.ts';
import { publish } from '../../events/publish.ts';

interface PushRow {
  id: string;
  branch: string;
  commit: string;
  target: string | null;
  reset: boolean;
  snapshot: string | null;
  by: string;
}

describe('environments over the API', () => {
  let rig: ApiRig;
  let head: string;
  let preview: { id: string; deploy: string; instance: string };
  let staging: { id: string; deploy: string; instance: string };

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig, 'a-page', 'b-page'));
    preview = await livingEnvironment(rig, { name: 'preview/a-page', commit: head });
    staging = await livingEnvironment(rig, { name: 'staging', commit: head });
  });
  after(() => rig.close());

  const newestPush = async (): Promise<PushRow> => {
    const push = await row<PushRow>(
      rig.world.db,
      sql`select id, branch, commit, target, reset_data as reset, snapshot_id as snapshot, by
          from pushes order by at desc limit 1`,
    );
    assert.ok(push);
    assert.ok(
      rig.engine.started.some(({ id }) => id === `push-${push.id}`),
      'it is followed',
    );
    return push;
  };

  test('an environment answers to its id, its address and its branch', async () => {
    for (const environment of [preview.id, 'shop/preview/a-page', 'shop/a-page']) {
      const found = await rig.handlers.getEnvironment({ environment }, asking());
      assert.equal(found.id, preview.id);
    }
    const unknown = async () =>
      rig.handlers.getEnvironment({ environment: 'shop/nothing' }, asking());
    await assert.rejects(unknown, { code: 'environment/unknown' });
  });

  test('shows what it is made of, and no value that may be a secret', async () => {
    await rig.handlers.setSecret(
      { app: 'shop', scope: 'preview', name: 'STRIPE', value: 'canary-value' },
      asking(),
    );
    const shown = await rig.handlers.getEnvironment({ environment: preview.id }, asking());
    assert.equal(shown.state, 'live');
    assert.equal(shown.commit, head);
    assert.equal(shown.memoryBytes, 1000);
    assert.equal(shown.data, 'db: empty: a new stage');
    assert.ok(shown.destroyAt);
    assert.deepEqual(
      shown.services[0]?.instances.map(({ state }) => state),
      ['serving'],
    );
    const values = Object.fromEntries(shown.variables.map(({ name, value }) => [name, value]));
    assert.equal(values['GREETING'], 'hello');
    assert.equal(values['API_TOKEN'], null);
    assert.equal(values['DATABASE_URL'], null);
    assert.equal(values['SIGNALBOX_COMMIT'], head);
    assert.doesNotMatch(JSON.stringify(shown), /canary|tell-nobody|:memory@/);
  });

  test('overrides variables of one environment, and not those of Signalbox', async () => {
    const set = (variables: Record<string, string>, unset: string[] = []) =>
      rig.handlers.setVariables({ environment: preview.id, set: variables, unset }, asking());
    await Promise.all([set({ A: '1' }), set({ B: '2' }), set({ SMTP_PASSWORD: 'canary' })]);
    const { variables, text } = await set({ GREETING: 'hi' }, ['A', 'never-was']);
    assert.match(text, /signalbox deploy a-page/);
    const own = variables.filter(({ from }) => from === 'environment');
    assert.deepEqual(
      own.map(({ name, value }) => [name, value]),
      [
        ['B', '2'],
        ['GREETING', 'hi'],
        ['SMTP_PASSWORD', null],
      ],
    );
    for (const name of ['PORT', 'SIGNALBOX_URL', 'signalbox_x']) {
      await assert.rejects(async () => set({ [name]: 'x' }), { code: 'variable/reserved' });
    }
    await assert.rejects(async () => set({ BIG: 'x'.repeat(600_000) }), {
      code: 'variable/too-much',
    });
  });

  test('deploys the head, a commit by its beginning, or an earlier deploy, and knows the deploy before it begins', async () => {
    const ask = (input: { commit?: string; deploy?: string }) =>
      rig.handlers.deployEnvironment({ environment: preview.id, ...input }, asking());
    const { deploy } = await ask({});
    const push = await newestPush();
    assert.deepEqual(
      [push.target, push.commit, push.branch, push.by],
      ['preview/a-page', head, 'a-page', 'ada'],
    );
    await ask({ commit: head.slice(0, 8) });
    assert.equal((await newestPush()).commit, head);
    await ask({ deploy: preview.deploy });
    assert.equal((await newestPush()).commit, head);
    await assert.rejects(async () => ask({ commit: 'ffff0000ffff' }), { code: 'commit/unknown' });
    await assert.rejects(async () => ask({ deploy: staging.deploy }), { code: 'deploy/unknown' });
    await rig.handlers.followDeploy({ deploy }, asking());
    const unknown = async () => rig.handlers.followDeploy({ deploy: 'nothing' }, asking());
    await assert.rejects(unknown, { code: 'deploy/unknown' });
  });

  test('follows a deploy from before it has begun to its end', async () => {
    const { deploy } = await rig.handlers.deployEnvironment({ environment: preview.id }, asking());
    const { db } = rig.world;
    const push = await newestPush();
    await publish(db, { kind: 'push-begun', app: 'shop', push: push.id, text: 'begun' });
    const [following] = await begun(await rig.handlers.followDeploy({ deploy }, asking()));
    await sql`insert into deploys (id, environment_id, number, push_id, artifact_key, commit, config, state, ended_at)
      values (${deploy}, ${preview.id}, 2, ${push.id}, 'a', ${head}, '{}', 'live', now())`.execute(
      db,
    );
    await publish(db, { kind: 'environment-live', app: 'shop', push: push.id, text: 'it is live' });
    const told = (await following) ?? [];
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['push-begun', 'environment-live', 'deploy-ended'],
    );
    assert.deepEqual(told.at(-1)?.ending?.succeeded, true);
    assert.match(told.at(-1)?.ending?.url ?? '', /^http:/);
    const again = await collect(await rig.handlers.followDeploy({ deploy }, asking()));
    assert.deepEqual(
      again.map(({ kind }) => kind),
      ['deploy-ended'],
    );
    await sql`update pushes set ended_at = now(), state = 'live'`.execute(db);
  });

  test('restarts by a deploy of what serves', async () => {
    const restart = (service: string) =>
      rig.handlers.restartService({ environment: preview.id, service }, asking());
    assert.match((await restart('web')).text, /once more/);
    const push = await newestPush();
    assert.deepEqual([push.target, push.reset], ['preview/a-page', false]);
    await assert.rejects(async () => restart('worker'), { code: 'service/unknown' });
  });

  test('resets the data of previews; of staging only for a snapshot; never of production', async () => {
    const { db } = rig.world;
    const reset = (environment: string, snapshot?: string) =>
      rig.handlers.resetData({ environment, snapshot }, asking());
    await sql`insert into snapshots (id, app_id, store, database, source, state)
      select 'snap1', id, 'db', 'sb_snap_snap1', 'import', 'ready' from apps`.execute(db);
    await reset(preview.id);
    assert.deepEqual((({ reset, snapshot }) => [reset, snapshot])(await newestPush()), [
      true,
      null,
    ]);
    await reset(preview.id, 'snap1');
    assert.equal((await newestPush()).snapshot, 'snap1');
    await assert.rejects(async () => reset(preview.id, 'other'), { code: 'snapshot/unknown' });
    await assert.rejects(async () => reset(staging.id), {
      code: 'environment/data-is-the-original',
    });
    await reset(staging.id, 'snap1');
    assert.equal((await newestPush()).target, 'staging');
    const production = await livingEnvironment(rig, { name: 'production', commit: head });
    await assert.rejects(async () => reset(production.id, 'snap1'), {
      code: 'environment/data-is-the-original',
    });
    await sql`update stores set shared_with = ${staging.id} where environment_id = ${preview.id}`.execute(
      db,
    );
    await assert.rejects(async () => reset(preview.id), { code: 'environment/data-is-shared' });
    await sql`update stores set shared_with = null`.execute(db);
  });

  test('keeps a preview for somebody, for a reason, until a time within 90 days', async () => {
    const keep = (days: number, environment = preview.id, reason = 'demo') =>
      rig.handlers.keepEnvironment(
        { environment, reason, until: new Date(Date.now() + days * 86_400_000) },
        asking(),
      );
    await sql`update environments set warned_at = now()`.execute(rig.world.db);
    const lease = await keep(7);
    assert.equal(lease.owner, 'ada');
    const shown = await rig.handlers.getEnvironment({ environment: preview.id }, asking());
    assert.deepEqual(shown.leaseUntil, lease.until);
    assert.ok((shown.destroyAt ?? new Date(0)) >= lease.until);
    const warned = await row<{ at: Date | null }>(
      rig.world.db,
      sql`select warned_at as at from environments where id = ${preview.id}`,
    );
    assert.equal(warned?.at, null);
    await assert.rejects(async () => keep(91), { code: 'lease/bad-end' });
    await assert.rejects(async () => keep(-1), { code: 'lease/bad-end' });
    await assert.rejects(async () => keep(1, preview.id, '  '), { code: 'lease/no-reason' });
    await assert.rejects(async () => keep(1, staging.id), { code: 'lease/not-needed' });
    const unkeep = () => rig.handlers.unkeepEnvironment({ environment: preview.id }, asking());
    assert.match((await unkeep()).text, /not kept any more/);
    assert.match((await unkeep()).text, /was not kept/);
  });

  test('makes the preview of a branch by hand, queued at once', async () => {
    const create = (branch: string) =>
      rig.handlers.createEnvironment({ app: 'shop', branch }, asking());
    const made = await create('b-page');
    assert.deepEqual([made.name, made.state, made.place], ['preview/b-page', 'queued', 1]);
    const push = await newestPush();
    assert.deepEqual([push.target, push.commit], ['preview/b-page', head]);
    await assert.rejects(async () => create('b-page'), { code: 'environment/exists' });
    await assert.rejects(async () => create('main'), { code: 'environment/main-has-no-preview' });
    await assert.rejects(async () => create('never-pushed'), { code: 'branch/unknown' });

    await publish(rig.world.db, { kind: 'push-begun', push: push.id, text: 'begun' });
    const [following] = await begun(
      await rig.handlers.followEnvironment({ environment: made.id }, asking()),
    );
    await sql`update pushes set state = 'failed', reason = 'the build failed', ended_at = now() where id = ${push.id}`.execute(
      rig.world.db,
    );
    await publish(rig.world.db, {
      kind: 'push-ended',
      push: push.id,
      text: 'Failed: the build failed',
    });
    const told = (await following) ?? [];
    assert.equal(told.at(-2)?.text, 'Failed: the build failed');
    assert.equal(told.filter(({ ending }) => ending).length, 1);
    assert.deepEqual(
      [told.at(-1)?.ending?.succeeded, told.at(-1)?.ending?.reason],
      [false, 'the build failed'],
    );
  });

  test('destroys what it is told to, and stages only when their name is said again', async () => {
    const destroy = (environment: string, confirm?: string) =>
      rig.handlers.destroyEnvironment({ environment, confirm }, asking());
    await assert.rejects(async () => destroy(staging.id), { code: 'environment/not-confirmed' });
    await assert.rejects(async () => destroy(staging.id, 'production'), {
      code: 'environment/not-confirmed',
    });
    const gone = await destroy(preview.id);
    assert.deepEqual([gone.state, gone.reason], ['destroying', 'destroyed by ada']);
    assert.ok(rig.engine.started.some(({ id }) => id === `destroy-${preview.id}`));
    await destroy(preview.id);
    const deploy = async () =>
      rig.handlers.deployEnvironment({ environment: preview.id }, asking());
    await assert.rejects(deploy, { code: 'environment/not-found' });

    const [following] = await begun(
      await rig.handlers.followEnvironment({ environment: preview.id }, asking()),
    );
    await sql`update environments set state = 'destroyed' where id = ${preview.id}`.execute(
      rig.world.db,
    );
    await publish(rig.world.db, {
      kind: 'environment-destroyed',
      environment: preview.id,
      text: 'gone',
    });
    const told = (await following) ?? [];
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['environment-condemned', 'environment-destroyed', 'environment-state'],
    );
    assert.deepEqual(
      [told.at(-1)?.ending?.state, told.at(-1)?.ending?.succeeded],
      ['destroyed', true],
    );
    assert.equal((await destroy(staging.id, 'staging')).state, 'destroying');
  });
});
