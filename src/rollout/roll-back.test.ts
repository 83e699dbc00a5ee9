import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { deploys } from '../environments/environment-rows.ts';
import { names } from '../environments/environment.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { refuseOvertaken } from '../workflow/locks.ts';
import { locksOfLane } from './lane-lock.ts';
import { markCommit } from './mark-commit.ts';
import { mendRollbacks } from './mend-rollbacks.ts';
import { rollBack, type RollBackOrder } from './roll-back.ts';
import { rollbacks } from './rollback-tables.ts';
import { rollouts } from './tables.ts';

let it: ReleaseRig;

const back = (more: Partial<RollBackOrder> = {}) => it.rollBack(more);
const finish = () => it.finish();

async function state(number: number): Promise<string | undefined> {
  return (await deploys.get(it.world.db, deployId(number)))?.state;
}

describe('going back', () => {
  beforeEach(async () => {
    it = await releaseRig();
    await it.release({ number: 1, state: 'replaced', instances: null });
    await it.release({ number: 2, state: 'replaced', instances: 'warm' });
    await it.release({ number: 3, state: 'live', instances: 'serving' });
    await it.rollout({ number: 3, stable: 2, state: 'promoted' });
    await it.serves(3);
  });
  afterEach(() => it.close());

  test('the release before, kept warm, has all requests when the call ends, and the lane is locked', async () => {
    const done = await back();
    assert.deepEqual([done.kind, done.from.number, done.to.number], ['at once', 3, 2]);
    assert.deepEqual(await it.routed(), [
      `${deployId(2)} 100 web-1 serving`,
      `${deployId(2)} 100 web-2 serving`,
    ]);
    assert.deepEqual([await state(2), await state(3)], ['live', 'rolled-back']);
    assert.equal((await rollouts.get(it.world.db, deployId(3)))?.state, 'rolling-back');
    const { id, deployId: serving, shares } = await it.environment();
    assert.deepEqual([serving, shares], [deployId(2), null]);
    const [lock] = await locksOfLane(it.world.db, id);
    assert.deepEqual(
      [lock?.commit, lock?.by, lock?.reason],
      [it.commits[2], 'ada', 'checkout is broken'],
    );
    const [event] = await sql<{ text: string; kind: string }>`
      select kind, text from events order by id desc limit 1`
      .execute(it.world.db)
      .then(({ rows }) => rows);
    assert.equal(event?.kind, 'rolled-back');
    assert.match(
      event?.text ?? '',
      /^production goes back from deploy 3 .* to 2 .*ada: checkout is broken$/,
    );
  });

  test('afterwards the old release is whole again and nothing of the bad one runs', async () => {
    await back();
    assert.deepEqual(await it.living(), [
      '2 web-1 serving',
      '2 web-2 serving',
      '3 web-1 draining',
      '3 web-2 draining',
      '3 worker-1 draining',
    ]);
    await finish();
    assert.deepEqual(await it.living(), [
      '2 web-1 serving',
      '2 web-2 serving',
      '2 worker-1 serving',
    ]);
    const held = (await it.world.runtime.holdings()).filter(({ running }) => running);
    assert.deepEqual(
      held.map(({ id }) => id).sort(),
      [1, 2].map((one) => `run-${deployId(2)}-web-${one}`).concat(`run-${deployId(2)}-worker-1`),
    );
    const left = (await it.world.runtime.holdings()).filter(({ kind }) => kind === 'workspace');
    assert.deepEqual(
      left.map(({ id }) => id),
      [`deploy-${deployId(2)}`],
    );
    assert.equal((await rollouts.get(it.world.db, deployId(3)))?.state, 'rolled-back');
    assert.deepEqual(await it.world.locks.queue(), []);
    assert.deepEqual(await rollbacks.allOpen(it.world.db), []);
  });

  test('once more while it is tidied, or ten at once, is one rollback; afterwards it goes one further', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => back()));
    assert.deepEqual(new Set(all.map(({ to }) => to.number)), new Set([2]));
    assert.equal((await back()).to.number, 2);
    const { id } = await it.environment();
    assert.equal((await rollbacks.of(it.world.db, id, 10)).length, 1);
    assert.equal(it.rig.engine.started.filter(({ name }) => name === 'finish-rollback').length, 1);
    await finish();
    assert.equal(
      (await back({ from: deployId(3) })).to.number,
      2,
      'what was undone is not undone again',
    );
    assert.equal((await back({ to: deployId(2) })).to.number, 2, 'nor is it gone back to again');
    const cold = await back();
    assert.deepEqual([cold.kind, cold.to.number], ['starting again', 1]);
  });

  test('whoever had the lane is refused from then on, and the tidying comes before all who wait', async () => {
    const { db, locks } = it.world;
    const { id } = await it.environment();
    const name = names.lock(id);
    const deploying = it.flow('push-1');
    const held = await locks.take(deploying, { name, capacity: 1 });
    const waiting = locks.take(it.flow('push-2'), { name, capacity: 1, priority: 9 });
    await back();
    await assert.rejects(refuseOvertaken(db, held), /has taken over/);
    await assert.rejects(it.world.gateway.apply([], held), { code: 'gateway/fenced' });
    await assert.rejects(it.world.runtime.stopInstance('any', held), { code: 'runtime/fenced' });
    const finishing = finish();
    await locks.release(name, deploying.id);
    await finishing;
    assert.deepEqual(await it.living(), [
      '2 web-1 serving',
      '2 web-2 serving',
      '2 worker-1 serving',
    ]);
    await waiting;
    await locks.release(name, 'push-2');
  });

  test('a release that runs no more is deployed again, and is not taken for the bad one later', async () => {
    const done = await back({ to: deployId(1) });
    assert.deepEqual([done.kind, done.to.number], ['starting again', 1]);
    assert.ok(done.deploy);
    assert.deepEqual((await it.routed()).length, 2, 'the bad one serves meanwhile');
    const [lock] = await locksOfLane(it.world.db, (await it.environment()).id);
    assert.equal(lock?.commit, it.commits[2]);
    assert.equal((await back({ to: deployId(1) })).deploy, done.deploy, 'asked for once');
    await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state, released_at)
      select ${done.deploy}, environment_id, 4, artifact_key, commit, config, 'live', now()
      from deploys where id = ${deployId(1)}`.execute(it.world.db);
    await sql`update environments set deploy_id = ${done.deploy}`.execute(it.world.db);
    assert.match((await mendRollbacks(it.world)).join(), /the old release serves/);
    assert.equal(await state(3), 'rolled-back');
    assert.equal((await back()).to.number, 2);
  });

  test('in a stage what does not run any more is refused before anything is written', async () => {
    await sql`update environments set kind = 'stage'`.execute(it.world.db);
    await assert.rejects(back({ to: deployId(1) }), { code: 'rollback/not-kept' });
    assert.deepEqual(await rollbacks.allOpen(it.world.db), []);
    assert.deepEqual(await locksOfLane(it.world.db, (await it.environment()).id), []);
    assert.equal((await back()).kind, 'at once', 'what runs is gone back to as elsewhere');
  });

  test('one whose deploy is refused has ended, with why', async () => {
    const refusal = new SignalboxError({ code: 'x/y', what: 'No deploys today.', fix: ['Wait.'] });
    const start = () => Promise.reject(refusal);
    const closed = { ...it.world, engine: { ...it.world.engine, start } };
    const environment = await it.environment();
    const order = { environment, by: 'ada', reason: 'x', to: deployId(1) };
    await assert.rejects(rollBack(closed, order), { code: 'x/y' });
    const [ended] = await rollbacks.of(it.world.db, environment.id, 1);
    assert.deepEqual([ended?.outcome, ended?.endedAt === null], ['No deploys today.', false]);
  });

  test('a release whose processes have died is deployed again', async () => {
    for (const ordinal of [1, 2])
      await it.world.runtime.stopInstance(`run-${deployId(2)}-web-${ordinal}`);
    assert.equal((await back()).kind, 'starting again');
  });

  test('of a warm release that lost a copy the others serve at once, and the tidying starts it again', async () => {
    await it.world.runtime.stopInstance(`run-${deployId(2)}-web-2`);
    assert.equal((await back()).kind, 'at once');
    assert.deepEqual(await it.routed(), [`${deployId(2)} 100 web-1 serving`]);
    await sql`update deploys set config = jsonb_set(config, '{services,web,health}', '{"kind":"running"}')`.execute(
      it.world.db,
    );
    await finish();
    assert.deepEqual((await it.routed()).length, 2);
  });

  test('over a commit that is marked as not safe nobody goes back, unless forced', async () => {
    const app = { id: (await it.environment()).appId, name: 'shop' };
    const mark = 'not-safe-to-roll-back' as const;
    const commit = (it.commits[2] ?? '').slice(0, 10);
    const marking = { app, commit, mark, by: 'bo', reason: 'it rewrote all orders' };
    assert.deepEqual(await markCommit(it.world, marking), { commit: it.commits[2], was: 'marked' });
    assert.equal((await markCommit(it.world, marking)).was, 'was marked');
    await assert.rejects(back(), {
      code: 'rollback/not-safe',
      why: /bo marked .* it rewrote all orders/,
    });
    assert.match((await it.routed())[0] ?? '', new RegExp(`^${deployId(3)}`));
    assert.equal((await back({ force: true })).to.number, 2);
    await assert.rejects(markCommit(it.world, { ...marking, commit: 'ffff' }), {
      code: 'commit/unknown',
    });
  });

  test('a mark on a commit that both releases have, or neither, stops nobody', async () => {
    const app = { id: (await it.environment()).appId, name: 'shop' };
    for (const index of [0, 4]) {
      const commit = it.commits[index] ?? '';
      await markCommit(it.world, {
        app,
        commit,
        mark: 'not-safe-to-roll-back',
        by: 'bo',
        reason: 'x',
      });
    }
    assert.equal((await back()).to.number, 2);
  });

  test('releases that never served, are newer or unknown are no way back', async () => {
    await it.release({ number: 4, state: 'failed', instances: null });
    await assert.rejects(back({ to: deployId(4) }), { code: 'rollback/never-released' });
    await assert.rejects(back({ to: 'none' }), { code: 'rollback/never-released' });
    await assert.rejects(back({ to: deployId(3) }), { code: 'rollback/not-before' });
  });

  test('the first release ever and an environment that is gone are refused', async () => {
    await sql`update deploys set released_at = null where number < 3`.execute(it.world.db);
    await assert.rejects(back(), { code: 'rollback/nothing-before' });
    await sql`update environments set state = 'destroyed'`.execute(it.world.db);
    await assert.rejects(back(), { code: 'rollback/environment-gone' });
  });

  test('it says which migrations ran that the old release does not know', async () => {
    const { id } = await it.environment();
    assert.match((await back()).compatible, /no migrations are recorded/);
    await sql`insert into stores (environment_id, name, kind, database, seed_reason, migrations)
      values (${id}, 'db', 'postgres', 'x', 'new', '["1-notes", "2-more"]')`.execute(it.world.db);
    assert.match((await back()).compatible, /has no migration files/);
  });
});
