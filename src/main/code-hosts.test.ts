import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { hostRig, type HostRig, type Pushed } from '../../test/support/host-rig.ts';
import { builds } from '../build/artifact.ts';
import { sql } from '../db/pool.ts';
import { onceReviewed } from '../environments/host-review.ts';
import { planPush } from '../environments/plan-push.ts';
import { putHost, removeHost, type HostSettings } from '../git/host-settings.ts';
import { beginCandidate } from '../pipeline/begin-candidate.ts';
import type { Station } from '../pipeline/candidate.ts';
import { findCandidate, wayOf } from '../pipeline/find-candidate.ts';
import { beginStage, endCandidate, failStage, passStage } from '../pipeline/report-candidate.ts';
import { codeHosts } from './code-hosts.ts';

describe('what a code host is told of a candidate', () => {
  let rig: HostRig;

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());

  const shown = (commit: string): Record<string, string> =>
    Object.fromEntries(
      rig.server
        .statuses(commit)
        .map(({ context, state, text }) => [
          context.slice('signalbox/'.length),
          `${state}: ${text}`,
        ]),
    );

  /** A merge, checked and built, whose candidate is at staging. */
  async function begin(): Promise<{ push: Pushed; station: Station; number: number }> {
    const main = (await rig.world.repositories.head('shop', 'main')) ?? '';
    const push = await rig.push('main', main);
    const plan = await planPush(rig.world, push.id);
    assert.ok(plan);
    await builds.begin(rig.db, plan.artifact, rig.shop.id);
    await onceReviewed(rig.world, beginCandidate(rig.world))(plan);
    const { rows } = await sql<{ n: number }>`select max(number) as n from candidates`.execute(
      rig.db,
    );
    const number = rows[0]?.n ?? 0;
    const way = await wayOf(rig.db, await findCandidate(rig.db, 'shop', number));
    const [stage] = way.stages;
    assert.ok(stage);
    return { push, station: { way, stage }, number };
  }

  test('its stage, that it has run somewhere, and that it is released', async () => {
    const { push, station, number } = await begin();
    await beginStage(rig.world, station, 'd-1');
    await rig.tell();
    assert.match(
      shown(push.commit)['release'] ?? '',
      new RegExp(`^pending: Candidate ${number} in staging`),
    );
    assert.equal(shown(push.commit)['good'], undefined);
    assert.equal(shown(push.commit)['preview'], undefined);
    await passStage(rig.world, station);
    await rig.tell();
    assert.match(shown(push.commit)['release'] ?? '', /^pending: .* in production/);
    assert.equal(
      shown(push.commit)['good'],
      `success: Good: candidate ${number} passed its first stage`,
    );
    const end = { state: 'released', reason: null, stage: null, url: 'http://shop/' } as const;
    await endCandidate(rig.world, station.way, end);
    await rig.tell();
    assert.equal(shown(push.commit)['release'], `success: Candidate ${number} is released`);
  });

  test('that it failed, and why', async () => {
    const { push, station } = await begin();
    await beginStage(rig.world, station, 'd-2');
    await failStage(rig.world, station, { reason: 'smoke failed', logTail: '', fix: [] });
    await rig.tell();
    assert.match(
      shown(push.commit)['release'] ?? '',
      /^failure: Candidate \d+ failed: .*smoke failed/,
    );
  });

  test('that it was rolled back, long after it had arrived', async () => {
    const { push, station } = await begin();
    const id = 'rolledback12';
    await sql`insert into environments (id, app_id, name, kind, branch, host, state)
      values (${id}, ${rig.shop.id}, 'production', 'production', 'main', 'shop.localhost', 'live')`.execute(
      rig.db,
    );
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      values ('d-3', ${id}, 1, 'a', ${push.commit}, '{}', 'rolled-back')`.execute(rig.db);
    await beginStage(rig.world, station, 'd-3');
    const end = { state: 'released', reason: null, stage: null, url: null } as const;
    await endCandidate(rig.world, station.way, end);
    const long = sql`now() - interval '20 days'`;
    await sql`update pushes set at = ${long}, ended_at = ${long} where id = ${push.id}`.execute(
      rig.db,
    );
    await sql`update candidates set ended_at = ${long} where push_id = ${push.id}`.execute(rig.db);
    await sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, reason, by)
      values ('r1', ${id}, 'd-3', 'd-0', 'at once', 'errors doubled', 'the judge')`.execute(rig.db);
    await rig.tell();
    assert.match(
      shown(push.commit)['release'] ?? '',
      /^failure: .* was rolled back: errors doubled/,
    );
    assert.equal(shown(push.commit)['good'], 'failure: Rolled back: errors doubled');
    const production = rig.server.deployments().find(({ commit }) => commit === push.commit);
    assert.deepEqual([production?.environment, production?.state], ['production', 'failed']);
  });

  test('the train that carries it', async () => {
    const { push } = await begin();
    const train = (state: string) =>
      sql`insert into trains (id, app_id, number, planned_at, settings, state, reason, boarded, commit, push_id, departed_at)
        values ('t1', ${rig.shop.id}, 7, now(), '{}', ${state}, 'bob said no', ${push.commit}, ${push.commit}, ${push.id}, now())
        on conflict (id) do update set state = excluded.state`.execute(rig.db);
    await train('asking');
    await rig.tell();
    assert.equal(shown(push.commit)['train'], 'pending: Train 7 asking: bob said no');
    await train('blocked');
    await rig.tell();
    assert.equal(shown(push.commit)['train'], 'failure: Train 7 blocked: bob said no');
  });
});

describe('the drivers of code hosts', () => {
  let rig: HostRig;

  before(async () => {
    rig = await hostRig();
  });
  after(() => rig?.close());

  const hosts = () => codeHosts(rig.world);
  const settle = (settings: HostSettings) =>
    putHost(rig.world, { app: rig.shop, settings, by: 'ada' });
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const token = { kind: 'token', token: 't0ken' } as const;

  test('each kind has its own, and it is the same until its settings change', async () => {
    const all = hosts();
    const kinds: HostSettings[] = [
      { kind: 'github', repository: 'acme/shop', url: null, access: token },
      {
        kind: 'github',
        repository: 'acme/shop',
        url: 'http://127.0.0.1:9/api/v3',
        access: { kind: 'app', appId: '7', privateKey },
      },
      { kind: 'gitlab', repository: 'acme/web/shop', url: null, access: token },
      { kind: 'forgejo', repository: 'acme/shop', url: 'http://127.0.0.1:9', access: token },
    ];
    for (const settings of kinds) {
      await settle(settings);
      const host = await all.of(rig.shop.id);
      assert.equal(host?.kind, settings.kind);
      assert.equal(await all.of(rig.shop.id), host);
      await settle(settings);
      assert.notEqual(await all.of(rig.shop.id), host);
    }
  });

  test('an app without a host has none', async () => {
    const all = hosts();
    assert.ok(await all.of(rig.shop.id));
    await removeHost(rig.world, rig.shop);
    assert.equal(await all.of(rig.shop.id), null);
    assert.equal(await all.of('nobody'), null);
  });
});
