import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../../test/support/api-rig.ts';
import { sql } from '../../db/pool.ts';
import { publish } from '../../events/publish.ts';

describe('everything else over the API', () => {
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

  test('jobs say when they run next and how they ran last', async () => {
    await rig.handlers.runJob({ environment: staging.id, job: 'report' }, asking());
    const { jobs } = await rig.handlers.listJobs({ environment: staging.id }, asking());
    assert.deepEqual(
      jobs.map(({ name, active, schedule }) => [name, active, schedule]),
      [['report', true, '0 3 * * *']],
    );
    assert.equal(jobs[0]?.nextAt?.getUTCHours(), 3);
    assert.deepEqual([jobs[0]?.last?.state, jobs[0]?.last?.by], ['waiting', 'ada']);
    const preview = await livingEnvironment(rig, { name: 'preview/a-page', commit: head });
    const there = await rig.handlers.listJobs({ environment: preview.id }, asking());
    assert.deepEqual([there.jobs[0]?.active, there.jobs[0]?.nextAt], [false, null]);
    const unknown = async () =>
      rig.handlers.runJob({ environment: staging.id, job: 'nothing' }, asking());
    await assert.rejects(unknown, { code: 'job/unknown' });
    const { runs } = await rig.handlers.listJobRuns(
      { environment: staging.id, job: 'report', limit: 5 },
      asking(),
    );
    assert.equal(runs.length, 1);
    assert.deepEqual(await rig.handlers.getJobRun({ run: runs[0]?.id ?? '' }, asking()), runs[0]);
  });

  test('a console opens in the files of what serves, with its variables', async () => {
    const terminal = await rig.handlers.openTerminal(
      { environment: staging.id, command: 'ls', columns: 120 },
      asking(),
    );
    await terminal.close();
    const [spec] = rig.runtime.terminals;
    assert.equal(spec?.workspace, `deploy-${staging.deploy}`);
    assert.equal(spec?.owner, `environment:${staging.id}`);
    assert.equal(spec?.isolation, `environment-${staging.id}`);
    assert.deepEqual([spec?.run, spec?.columns, spec?.rows, spec?.terminal], ['ls', 120, 24, true]);
    assert.equal(spec?.variables['SIGNALBOX_ENVIRONMENT'], 'staging');
    assert.match(spec?.variables['DATABASE_URL'] ?? '', /^postgres:/);
    await (
      await rig.handlers.openTerminal({ environment: staging.id, terminal: false }, asking())
    ).close();
    assert.notEqual(rig.runtime.terminals[1]?.id, spec?.id);
    const unknown = rig.handlers.openTerminal({ environment: staging.id, service: 'x' }, asking());
    await assert.rejects(unknown, { code: 'service/unknown' });
    await sql`update environments set deploy_id = null where id = ${staging.id}`.execute(
      rig.world.db,
    );
    const nothing = rig.handlers.openTerminal({ environment: staging.id }, asking());
    await assert.rejects(nothing, { code: 'environment/not-live' });
    await sql`update environments set deploy_id = ${staging.deploy} where id = ${staging.id}`.execute(
      rig.world.db,
    );
  });

  test('a push is shown with its checks and its build', async () => {
    await sql`insert into checks (app_id, commit, name, job, state)
      values (${appId}, ${head}, 'test', 'check-1', 'failed')`.execute(rig.world.db);
    await sql`insert into pushes (id, app_id, branch, commit, by) values ('p7', ${appId}, 'main', ${head}, 'ada')`.execute(
      rig.world.db,
    );
    const push = await rig.handlers.getPush({ push: 'p7' }, asking());
    assert.deepEqual(
      push.checks.map(({ name, state }) => [name, state]),
      [['test', 'failed']],
    );
    assert.equal(push.build, null);
    const { deploys } = await rig.handlers.listDeploys({ environment: staging.id }, asking());
    assert.deepEqual(
      deploys.map(({ number, state }) => [number, state]),
      [[1, 'live']],
    );
    assert.deepEqual(
      await rig.handlers.getDeploy({ deploy: staging.deploy }, asking()),
      deploys[0],
    );
  });

  test('events are told from now on, or after what was seen', async () => {
    const { db } = rig.world;
    await publish(db, { kind: 'test', app: 'shop', text: 'before' });
    const left = new AbortController();
    const take = async (after: number | null, until: string) => {
      const texts: string[] = [];
      for await (const { text } of await rig.handlers.followEvents(
        { app: 'shop' },
        asking({ after, signal: left.signal }),
      )) {
        texts.push(text);
        if (text === until) return texts;
      }
      return texts;
    };
    const fresh = await rig.handlers.followEvents({ app: 'shop' }, asking({ signal: left.signal }));
    await publish(db, { kind: 'test', app: 'other', text: 'of another' });
    await publish(db, { kind: 'test', app: 'shop', text: 'after' });
    for await (const { text } of fresh) {
      assert.equal(text, 'after');
      break;
    }
    assert.deepEqual((await take(0, 'after')).slice(-2), ['before', 'after']);
    left.abort();
  });

  test('tokens are made, listed without what opens them, and revoked', async () => {
    const made = await rig.handlers.createToken({ name: 'ci', role: 'developer' }, asking());
    assert.match(made.token, /^sbx_/);
    const listed = await rig.handlers.listTokens({}, asking());
    assert.doesNotMatch(JSON.stringify(listed), new RegExp(made.token));
    assert.match(
      (await rig.handlers.revokeToken({ token: made.id }, asking())).text,
      /opens nothing/,
    );
    await assert.rejects(async () => rig.handlers.revokeToken({ token: 'none' }, asking()), {
      code: 'token/unknown',
    });
    assert.equal((await rig.handlers.whoAmI({}, asking())).name, 'ada');
  });
});
