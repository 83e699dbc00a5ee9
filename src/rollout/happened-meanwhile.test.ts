import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asking } from '../../test/support/api-rig.ts';
import { deployId, releaseRig, type ReleaseRig } from '../../test/support/release-rig.ts';
import { sql } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { happenedMeanwhile } from './happened-meanwhile.ts';
import { rollouts } from './tables.ts';

let it: ReleaseRig;
const second = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 12, 0, number));

before(async () => {
  it = await releaseRig();
  for (const number of [2, 3]) await it.release({ number, state: 'live', instances: null });
  await it.rollout({ number: 3, stable: 2, state: 'promoted' });
  await sql`update rollouts set started_at = ${second(10)}, ended_at = ${second(20)}`.execute(
    it.world.db,
  );
  await it.rig.handlers.addApp({ name: 'books' }, asking());
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, config)
    select name || '-staging', id, 'staging', 'staging', 'main', name || '.staging', 'live', '{}' from apps`.execute(
    it.world.db,
  );
});
after(() => it.close());

const deploy = (of: { environment: string; number: number; at: Date }) =>
  sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state, started_at)
    values (${`${of.environment}-${of.number}`}, ${of.environment}, ${of.number}, 'a', 'abcdef0123', '{}', 'live', ${of.at})`.execute(
    it.world.db,
  );

async function told(kind: string, environment: string, at: Date): Promise<void> {
  await publish(it.world.db, { kind, environment, app: 'shop', text: `${kind} of ${environment}` });
  await sql`update events set at = ${at} where id = (select max(id) from events)`.execute(
    it.world.db,
  );
}

const happened = async () => {
  const rollout = await rollouts.get(it.world.db, deployId(3));
  assert.ok(rollout);
  const all = await happenedMeanwhile(it.world.db, rollout);
  return all.map(({ at, kind, environmentName, text }) => [
    at.getUTCSeconds(),
    kind,
    environmentName,
    text,
  ]);
};

test('deploys, rollbacks and locks of its app are told, of the time it was under way and of no other app', async () => {
  const { id } = await it.environment();
  await sql`update deploys set started_at = ${second(15)} where id = ${deployId(3)}`.execute(
    it.world.db,
  );
  await sql`update deploys set started_at = ${second(9)} where id = ${deployId(2)}`.execute(
    it.world.db,
  );
  for (const [number, at] of [9, 12, 21].entries())
    await deploy({ environment: 'shop-staging', number: number + 1, at: second(at) });
  await deploy({ environment: 'books-staging', number: 1, at: second(12) });
  await told('lane-locked', id, second(11));
  await told('lane-lifted', id, second(13));
  await told('rolled-back', 'shop-staging', second(14));
  await told('rolled-back', id, second(22));
  await told('rolled-back', 'books-staging', second(14));
  await told('deploy-begun', 'shop-staging', second(12));
  const within = [
    [11, 'lock', 'production', `lane-locked of ${id}`],
    [12, 'deploy', 'staging', 'deploy 2 of staging (abcdef0) began'],
    [13, 'lock', 'production', `lane-lifted of ${id}`],
    [14, 'rollback', 'staging', 'rolled-back of shop-staging'],
  ];
  assert.deepEqual(await happened(), within);
  await sql`update rollouts set ended_at = null`.execute(it.world.db);
  assert.deepEqual(await happened(), [
    ...within,
    [21, 'deploy', 'staging', 'deploy 3 of staging (abcdef0) began'],
    [22, 'rollback', 'production', `rolled-back of ${id}`],
  ]);
});

test('where others do very much, its own environment is still told of', async () => {
  const { id } = await it.environment();
  for (let number = 100; number < 220; number += 1)
    await deploy({ environment: 'shop-staging', number, at: second(16) });
  await deploy({ environment: id, number: 50, at: second(12) });
  const all = await happened();
  assert.ok(all.length < 120);
  assert.deepEqual(
    all.filter(([, kind, where]) => kind === 'deploy' && where === 'production'),
    [[12, 'deploy', 'production', 'deploy 50 of production (abcdef0) began']],
  );
});
