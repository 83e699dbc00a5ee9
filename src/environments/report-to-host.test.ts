import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { asking, livingEnvironment } from '../../test/support/api-rig.ts';
import { hostRig, type HostRig } from '../../test/support/host-rig.ts';
import { checks } from '../checks/check.ts';
import { row, sql } from '../db/pool.ts';
import { deliverToHosts } from './deliver-to-host.ts';
import { noteForHosts } from './report-to-host.ts';

describe('what a code host is told', () => {
  let rig: HostRig;

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());
  beforeEach(() => {
    rig.breakable.mend();
    rig.ahead(3_600_000);
  });

  const shown = (commit: string): Record<string, string> =>
    Object.fromEntries(
      rig.server
        .statuses(commit)
        .map(({ context, state, text }) => [
          context.slice('signalbox/'.length),
          `${state}: ${text}`,
        ]),
    );

  const check = async (commit: string, name: string, state: 'running' | 'passed' | 'failed') => {
    const of = { appId: rig.shop.id, commit, name };
    await checks.begin(rig.db, { ...of, job: `${name}-1` });
    if (state !== 'running')
      await checks.end(rig.db, of, { state, exitCode: state === 'passed' ? 0 : 1, logTail: null });
  };

  test('a push is pending until it is live, then good with its address', async () => {
    const push = await rig.push('cart');
    await check(push.commit, 'unit', 'running');
    await rig.tell();
    assert.deepEqual(shown(push.commit), {
      checks: 'pending: Running: unit',
      build: 'pending: Building',
      preview: 'pending: On its way',
    });
    await check(push.commit, 'unit', 'passed');
    await sql`insert into commit_verdicts (app_id, commit, verdict, why, by, push_id, at)
      values (${rig.shop.id}, ${push.commit}, 'good', 'checks passed (unit)', 'signalbox', ${push.id}, now())`.execute(
      rig.db,
    );
    await rig.end(push, { state: 'live', url: 'http://cart--shop.localhost/' });
    await rig.tell();
    assert.deepEqual(shown(push.commit), {
      checks: 'success: Passed: unit',
      build: 'success: Built',
      preview: 'success: Live',
      good: 'success: Good: checks passed (unit)',
    });
    const { url } =
      rig.server.statuses(push.commit).find(({ context }) => /preview/.test(context)) ?? {};
    assert.equal(url, 'http://cart--shop.localhost/');
  });

  test('failed checks are no failed build, and a failed build says why', async () => {
    const checked = await rig.push('red');
    await check(checked.commit, 'unit', 'failed');
    await rig.end(checked, { state: 'failed', reason: 'checks did not pass: unit failed' });
    const broken = await rig.push('broken');
    await rig.end(broken, { state: 'failed', reason: 'the build ended with 2' });
    await rig.tell();
    assert.equal(shown(checked.commit)['checks'], 'failure: unit failed');
    assert.equal(shown(checked.commit)['build'], 'success: Built');
    assert.equal(shown(checked.commit)['good'], 'failure: checks did not pass: unit failed');
    assert.equal(shown(broken.commit)['build'], 'failure: the build ended with 2');
    assert.equal(shown(broken.commit)['checks'], undefined);
  });

  test('what the host knows is not told again', async () => {
    await rig.tell();
    const before = rig.calls.length;
    await rig.tell();
    await rig.tell();
    assert.equal(rig.calls.length, before);
  });

  test('a living environment is a deployment; what it replaced and what is destroyed is gone', async () => {
    const first = await rig.push('page');
    const { id } = await livingEnvironment(rig, { name: 'preview/page', commit: first.commit });
    await rig.tell();
    const seen = () =>
      rig.server
        .deployments()
        .filter(({ environment }) => environment === 'preview/page')
        .map(({ commit, state, url }) => [commit, state, url !== null]);
    assert.deepEqual(seen(), [[first.commit, 'live', true]]);
    const second = await rig.push('page', first.commit);
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      select 'd2', ${id}, 2, 'a2', ${second.commit}, config, 'live' from deploys where environment_id = ${id}`.execute(
      rig.db,
    );
    await sql`update deploys set state = 'replaced' where environment_id = ${id} and number = 1`.execute(
      rig.db,
    );
    await sql`update environments set deploy_id = 'd2' where id = ${id}`.execute(rig.db);
    await rig.tell();
    assert.deepEqual(seen(), [
      [first.commit, 'gone', false],
      [second.commit, 'live', true],
    ]);
    await rig.handlers.destroyEnvironment({ environment: id }, asking());
    await rig.tell();
    assert.deepEqual(
      seen().map(([, state]) => state),
      ['gone', 'gone'],
    );
  });

  test('only the newest of what happened while a host was down is told, and others wait for nothing', async () => {
    const push = await rig.push('slow');
    const other = await rig.another('other');
    other.server.open({ branch: 'b', commit: 'c' });
    rig.breakable.garble();
    await sql`insert into branches (app_id, name, head) values (${other.app.id}, 'main', 'c9')`.execute(
      rig.db,
    );
    await sql`insert into pushes (id, app_id, branch, commit, by, at, state, ended_at)
      values ('p9', ${other.app.id}, 'main', 'c9', 'ada', now(), 'live', now())`.execute(rig.db);
    await rig.tell();
    assert.equal(other.server.statuses('c9').length > 0, true);
    const asked = rig.calls.length;
    await rig.tell();
    assert.equal(rig.calls.length, asked, 'it is left alone for a while');
    const told = await rig.handlers.getHost({ app: 'shop' }, asking());
    assert.match(told.trouble ?? '', /a page came instead/);
    assert.ok(told.waiting > 0);
    await rig.end(push, { state: 'live', url: 'http://slow/' });
    await rig.tell();
    rig.breakable.mend();
    rig.ahead(86_400_000);
    await rig.tell();
    const states = rig.calls.filter((call) =>
      call.startsWith(`status ${push.commit} signalbox/preview`),
    );
    assert.deepEqual(states.slice(-1), [`status ${push.commit} signalbox/preview success`]);
    assert.equal(
      rig.server.statuses(push.commit).some(({ state }) => state === 'pending'),
      false,
    );
    const after = await rig.handlers.getHost({ app: 'shop' }, asking());
    assert.deepEqual([after.trouble, after.waiting], [null, 0]);
  });

  test('what one commit is refused for keeps no other from being told; it is given up in the end', async () => {
    const push = await rig.push('refused');
    rig.breakable.forbid('writing');
    await rig.tell();
    const told = await rig.handlers.getHost({ app: 'shop' }, asking());
    assert.equal(told.trouble, null);
    assert.match(told.refused ?? '', /it may only read/);
    for (let tries = 0; tries < 30; tries += 1) {
      rig.ahead(3_600_000);
      for (const _ of [1, 2, 3, 4, 5]) await deliverToHosts(rig.world);
    }
    const asked = rig.calls.length;
    rig.ahead(3_600_000);
    await deliverToHosts(rig.world);
    assert.equal(rig.calls.length, asked);
    rig.breakable.mend();
    await rig.end(push, { state: 'live', url: 'http://refused/' });
    await rig.tell();
    assert.equal(shown(push.commit)['preview'], 'success: Live');
  });

  test('news that comes while the old is being told is told too', async () => {
    const push = await rig.push('race');
    await noteForHosts(rig.world);
    const { host } = rig;
    const status = host.status;
    host.status = async (commit, told) => {
      await status(commit, told);
      if (told.context !== 'signalbox/preview' || commit !== push.commit) return;
      host.status = status;
      await rig.end(push, { state: 'live', url: 'http://race/' });
      await noteForHosts(rig.world);
    };
    await deliverToHosts(rig.world);
    await deliverToHosts(rig.world);
    assert.equal(shown(push.commit)['preview'], 'success: Live');
  });

  test('an open request has one comment, in which no word of others is called or linked', async () => {
    const push = await rig.push('talk');
    const number = rig.server.open({ branch: 'talk', commit: push.commit });
    rig.server.open({ branch: 'talk', commit: push.commit, fromFork: true });
    await rig.handlers.checkHost({ app: 'shop' }, asking());
    await rig.end(push, { state: 'failed', reason: '`@everyone` [look](http://evil/)\n# big' });
    const { syncAllRequests } = await import('./host-requests.ts');
    await syncAllRequests(rig.world);
    await rig.tell();
    const [comment, ...more] = rig.server.comments(number);
    assert.equal(more.length, 0);
    assert.match(comment?.text ?? '', /failed: ` ?@everyone \[look\]\(http:\/\/evil\/\) # big`/);
    assert.equal(rig.server.comments(number + 1).length, 0, 'none on what a fork asks');
    await livingEnvironment(rig, { name: 'preview/talk', commit: push.commit });
    await rig.tell();
    const [edited] = rig.server.comments(number);
    assert.match(edited?.text ?? '', /the preview is at http:\/\/preview/);
    assert.match(edited?.text ?? '', /data of `db`: `empty: a new stage`/);
    assert.match(edited?.text ?? '', /signalbox logs talk --app shop/);
  });

  test('an app without a host, and one on its way out, cost no message', async () => {
    await sql`update apps set removed_at = now() where name = 'other'`.execute(rig.db);
    const asked = rig.calls.length;
    await rig.handlers.removeHost({ app: 'shop' }, asking());
    await rig.push('nobody');
    await rig.tell();
    assert.equal(rig.calls.length, asked);
    const left = await row(
      rig.db,
      sql`select key from host_messages where app_id = ${rig.shop.id}`,
    );
    assert.equal(left, null);
    await rig.connect(rig.shop);
  });
});
