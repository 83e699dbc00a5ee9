import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  apiRig,
  asking,
  livingEnvironment,
  shopWithBranches,
  type ApiRig,
} from '../../test/support/api-rig.ts';
import { history } from '../../test/support/history.ts';
import { trainRig } from '../../test/support/train-rig.ts';
import { loadConfig } from '../config/load.ts';
import { sql } from '../db/pool.ts';
import { bucketBytes } from '../environments/bucket-bytes.ts';

const { config } = loadConfig(`app: shop
services: { web: { run: node server.js } }
rollouts: { careful: { strategy: canary, steps: [5 %, 20 %, 100 %] } }`);

describe('overview', () => {
  let rig: ApiRig;
  let head: string;
  const seen = () => rig.handlers.getOverview({ app: 'shop' }, asking());

  before(async () => {
    rig = await apiRig();
    ({ head } = await shopWithBranches(rig, 'cart'));
  });
  after(() => rig.close());
  beforeEach(async () => {
    for (const table of ['environments', 'traffic_lines', 'candidates'])
      await sql`delete from ${sql.table(table)}`.execute(rig.world.db);
  });

  async function asked(
    environment: string,
    requests: number,
    bad: number,
    secondsAgo = 60,
  ): Promise<void> {
    const at = new Date(rig.world.clock.now().getTime() - secondsAgo * 1000);
    const { db } = rig.world;
    await sql`insert into traffic_lines (environment, service, version, instance, host, path)
      values (${environment}, 'web', 'v', ${String(secondsAgo)}, 'h', '/')`.execute(db);
    const none = sql`0, 0, 0, 0, 0, 0, 0, 0`;
    // All of them took about 10 ms.
    const total = bucketBytes([[1000, requests]]);
    await sql`insert into traffic (line, seconds, at, requests, success, redirect, client_error, server_error, refused, aborted,
        failed, retried, bad, bad_users, bytes_in, bytes_out, first_byte, total)
      select max(id), 1, ${at}::timestamptz, ${requests}::int, ${none}, ${bad}::int, 0, 0, 0, ''::bytea, ${total}::bytea
      from traffic_lines`.execute(db);
  }

  test('an app without anything has nothing', async () => {
    const all = await seen();
    assert.deepEqual(
      [all.production, all.stages, all.candidate, all.train, all.next, all.freeze],
      [null, [], null, null, null, null],
    );
    assert.deepEqual(all.environments, { previews: 0, live: 0, failed: 0, busy: 0 });
    await assert.rejects(
      async () => rig.handlers.getOverview({ app: 'shoes' }, asking()),
      /no app called shoes/,
    );
  });

  test('production says what serves, by whom and since when', async () => {
    const { id, deploy } = await livingEnvironment(rig, { name: 'production', commit: head });
    await sql`update deploys set released_at = '2026-11-20T10:00:00Z' where id = ${deploy}`.execute(
      rig.world.db,
    );
    const { production } = await seen();
    assert.deepEqual(
      [
        production?.environment,
        production?.kind,
        production?.deploy,
        production?.since?.toISOString(),
      ],
      [id, 'production', 1, '2026-11-20T10:00:00.000Z'],
    );
    assert.deepEqual(
      [production?.commit?.commit, production?.commit?.subject, production?.commit?.authors],
      [head, 'first', ['Ada']],
    );
    assert.match(production?.url ?? '', /^http:.*localhost/);
    await sql`insert into rollbacks (id, environment_id, from_deploy, to_deploy, kind, reason, by, at)
      values ('r1', ${id}, 'x', ${deploy}, 'at once', 'bad', 'ada', '2026-11-21T10:00:00Z')`.execute(
      rig.world.db,
    );
    assert.equal((await seen()).production?.since?.toISOString(), '2026-11-21T10:00:00.000Z');
  });

  test('co-authors are authors; of a merge those are whose commits it brought in; of a lost commit nothing is known', async () => {
    const written = history(rig.world.repositories.path('shop'));
    const together = await written.commit(
      { message: 'evil \u001b[31mcart\n\nCo-authored-by: Bob <bob@example.com>', parents: [head] },
      { by: 'Cyd <cyd@example.com>' },
    );
    const merge = await written.commit({ message: 'Merge it', parents: [head, together] });
    const lost = 'f'.repeat(40);
    await livingEnvironment(rig, { name: 'production', commit: merge });
    await livingEnvironment(rig, { name: 'staging', commit: together });
    const { production, stages } = await seen();
    assert.deepEqual(
      [production?.commit?.subject, production?.commit?.authors],
      ['Merge it', ['Cyd', 'Bob']],
    );
    assert.deepEqual(
      [stages[0]?.commit?.subject, stages[0]?.commit?.authors],
      ['evil cart', ['Cyd', 'Bob']],
    );
    await sql`update deploys set commit = ${lost}`.execute(rig.world.db);
    const gone = await seen();
    assert.deepEqual(
      [
        gone.production?.commit?.commit,
        gone.production?.commit?.subject,
        gone.stages[0]?.commit?.authors,
      ],
      [lost, '', []],
    );
  });

  test('health is trouble where more than 1 % of twenty requests are bad, and unknown where nobody asks', async () => {
    const { id } = await livingEnvironment(rig, { name: 'production', commit: head });
    const health = async () => (await seen()).production?.health;
    assert.equal((await health())?.word, 'unknown');
    // Long ago.
    await asked(id, 1000, 1000, 310);
    assert.equal((await health())?.word, 'unknown');
    await asked(id, 19, 19, 200);
    const few = await health();
    assert.deepEqual([few?.word, few?.requests, few?.bad], ['fine', 19, 19]);
    await asked(id, 81, 0, 100);
    const bad = await health();
    assert.deepEqual(
      [bad?.word, bad?.requests, bad?.bad, bad?.perSecond],
      ['trouble', 100, 19, 1 / 3],
    );
    assert.match(bad?.text ?? '', /19 of 100/);
    assert.ok(bad?.p95Ms);
    await asked(id, 1800, 0, 50);
    assert.equal((await health())?.word, 'fine');
  });

  test('health is trouble where nothing of it is ready, or its first deploy failed', async () => {
    const { id, instance } = await livingEnvironment(rig, { name: 'production', commit: head });
    await asked(id, 100, 0);
    assert.equal((await seen()).production?.health.word, 'fine');
    rig.runtime.instances.set(instance, { state: 'crashing' });
    const crashing = (await seen()).production?.health;
    assert.deepEqual([crashing?.word, crashing?.text], ['trouble', 'No instance of web is ready.']);
    await sql`update instances set state = 'stopped'`.execute(rig.world.db);
    assert.equal((await seen()).production?.health.text, 'Nothing of it runs.');
    await sql`update environments set state = 'failed', reason = 'it did not start'`.execute(
      rig.world.db,
    );
    assert.match(
      (await seen()).production?.health.text ?? '',
      /^Its first deploy failed.*it did not start/,
    );
  });

  test('stages stand in the order of the candidate, which is the one under way; its own places are among them', async () => {
    const { db } = rig.world;
    for (const name of ['production', 'staging'])
      await livingEnvironment(rig, { name, commit: head });
    const add = async (id: string, number: number, ended: boolean): Promise<void> => {
      await sql`insert into candidates (id, app_id, number, push_id, branch, commit, tree, artifact_key, config, plan, state, ended_at)
        select ${id}, id, ${number}, ${id}, 'main', ${head}, 't', 'a', '{}', '{}', ${ended ? 'failed' : 'running'},
          ${ended ? new Date() : null} from apps where name = 'shop'`.execute(db);
      await sql`insert into environments (id, app_id, name, kind, branch, host, state)
        select ${`own${id}`}, id, ${`stage/smoke/${number}`}, 'stage', 'main', ${id}, 'creating' from apps where name = 'shop'`.execute(
        db,
      );
      await sql`insert into candidate_stages (candidate_id, ordinal, name, environment, approval, optional, environment_id, state)
        values (${id}, 1, 'smoke', 'fresh', 'none', false, ${`own${id}`}, 'running'),
          (${id}, 2, 'staging', 'shared', 'none', false, null, 'waiting'),
          (${id}, 3, 'production', 'shared', 'none', false, null, 'waiting')`.execute(db);
    };
    await add('c1', 1, false);
    await add('c2', 2, true);
    const { stages, candidate, environments } = await seen();
    assert.deepEqual(
      stages.map(({ name }) => name),
      ['stage/smoke/1', 'staging'],
    );
    assert.deepEqual(
      [candidate?.number, candidate?.commit.subject, candidate?.stages.length],
      [1, 'first', 3],
    );
    assert.deepEqual(environments, { previews: 0, live: 2, failed: 0, busy: 2 });
  });

  test('a rollout under way has as many steps as its settings, and a lane its newest lock', async () => {
    const { db } = rig.world;
    const { id, deploy } = await livingEnvironment(rig, { name: 'production', commit: head });
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      values ('d2', ${id}, 2, 'a', 'c2', ${JSON.stringify(config)}::jsonb, 'running')`.execute(db);
    await sql`insert into rollouts (id, environment_id, stable_deploy, strategy, settings, state, phase, step, weight, paused_by)
      values ('d2', ${id}, ${deploy}, 'canary', ${JSON.stringify(config.rollouts['careful'])}::jsonb, 'running', 'holds', 1, 5, 'bob')`.execute(
      db,
    );
    await sql`insert into lane_locks (environment_id, commit, reason, by, at)
      values (${id}, 'old', 'first', 'ada', '2026-01-01'), (${id}, '', 'fair', 'bob', '2026-01-02')`.execute(
      db,
    );
    const { production } = await seen();
    assert.deepEqual(production?.rollout, {
      id: 'd2',
      state: 'running',
      strategy: 'canary',
      commit: 'c2',
      step: 1,
      steps: 2,
      weight: 5,
      phase: 'holds',
      pausedBy: 'bob',
    });
    assert.deepEqual([production?.lock?.by, production?.lock?.reason], ['bob', 'fair']);
    await sql`update rollouts set state = 'promoted'`.execute(db);
    assert.equal((await seen()).production?.rollout, null);
  });

  test('a cycle has as many steps as its instances take, of which an environment may have its own number', async () => {
    const { db } = rig.world;
    const { config: cycled } = loadConfig(`app: shop
services: { web: { run: node server.js, instances: 1 } }
environments: { production: { services: { web: { instances: 4 } } } }
rollouts: { turns: { strategy: cycle, capacity: 75 % } }`);
    const { id, deploy } = await livingEnvironment(rig, { name: 'production', commit: head });
    const file = JSON.stringify(cycled);
    await sql`update deploys set config = ${file}::jsonb where id = ${deploy}`.execute(db);
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
      values ('d3', ${id}, 2, 'a', 'c3', ${file}::jsonb, 'running')`.execute(db);
    await sql`insert into rollouts (id, environment_id, stable_deploy, strategy, settings, state, step, weight)
      values ('d3', ${id}, ${deploy}, 'cycle', ${JSON.stringify(cycled.rollouts['turns'])}::jsonb, 'running', 1, 20)`.execute(
      db,
    );
    assert.equal((await seen()).production?.rollout?.steps, 2, 'two turns of two');
    await sql`update rollouts set state = 'rolling-back'`.execute(db);
    assert.equal((await seen()).production?.rollout?.steps, 2);
  });

  test('it asks no more often for two hundred environments than for two', async () => {
    await livingEnvironment(rig, { name: 'production', commit: head });
    const countOf = async (): Promise<number> => {
      const before = rig.queries();
      await seen();
      return rig.queries() - before;
    };
    const few = await countOf();
    await sql`insert into environments (id, app_id, name, kind, branch, host, state)
      select 'p' || n, id, 'preview/b' || n, 'preview', 'b' || n, 'h' || n, 'live'
      from apps, generate_series(1, 200) n where name = 'shop'`.execute(rig.world.db);
    assert.equal(await countOf(), few);
    assert.ok(few < 20, `${few} queries`);
    assert.equal((await seen()).environments.previews, 200);
  });
});

test('the train says whose word is missing, the next one what keeps it, and nothing is written by looking', async () => {
  const rig = await trainRig();
  try {
    await rig.person('ann');
    await rig.person('bob');
    const look = () => rig.handlers.getOverview({ app: 'shop' }, asking());
    assert.deepEqual([(await look()).train, (await look()).next], [null, null]);
    await rig.change('ann');
    assert.equal((await look()).next?.changes, 1);
    await rig.departs();
    const asked = await look();
    assert.deepEqual(
      [asked.train?.state, asked.train?.changes, asked.train?.missing],
      ['asking', 1, ['ann']],
    );
    await rig.vote('ann', 'good');
    assert.deepEqual((await look()).train?.missing, []);
    await rig.handlers.freezeApp({ app: 'shop', until: '2h', reason: 'fair' }, asking());
    const counted = sql<{
      count: number;
    }>`select (select count(*) from events) + (select count(*) from trains) as count`;
    const before = (await counted.execute(rig.db)).rows;
    const { freeze, next } = await look();
    assert.deepEqual([freeze?.by, freeze?.reason], ['ada', 'fair']);
    assert.match(next?.keptBy.join() ?? '', /frozen by ada/);
    assert.deepEqual((await counted.execute(rig.db)).rows, before);
  } finally {
    await rig.close();
  }
});
