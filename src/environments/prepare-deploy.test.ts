import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseRig } from '../../test/support/release-rig.ts';
import { loadConfig } from '../config/load.ts';
import { sql } from '../db/pool.ts';
import type { Flow } from '../workflow/workflow.ts';
import { deploy } from './deploy.ts';
import type { DeployOrder } from './deploy-order.ts';
import { setSecret } from './secret.ts';

test('no step of a deploy keeps a secret that an app prints before it dies', async (t) => {
  const it = await releaseRig();
  t.after(() => it.close());
  const { db, key } = it.world;
  const { id: environment, appId, app } = await it.environment();
  const value = 'tell-nobody-2';
  await setSecret(db, key, { appId, scope: 'production', name: 'PAY_KEY', value, by: 'ada' });
  const { config } = loadConfig(`app: shop
secrets: [PAY_KEY]
services: { worker: { run: "echo ${value}; exit 1", start: 1s } }`);
  const commit = it.commits[0] ?? '';
  await sql`insert into pushes (id, app_id, branch, commit, by, state)
    values ('push-1', ${appId}, 'main', ${commit}, 'ada', 'running')`.execute(db);
  const place = { environment, environmentName: 'production', appId, app, config, commit };
  const rest = { branch: 'main', main: true, mainBranch: 'main', artifact: 'a', reset: null };
  const order: DeployOrder = { ...place, ...rest, push: 'push-1' };
  const kept: string[] = [];
  const plain = it.flow('candidate-1');
  const flow: Flow = {
    ...plain,
    async step(name, act) {
      const result = await plain.step(name, act);
      kept.push(JSON.stringify(result ?? null));
      return result;
    },
  };
  const done = await deploy(flow, it.world, order, { whenLive: async () => undefined });
  assert.equal(done.outcome, 'failed');
  assert.match(done.logTail, /\[PAY_KEY\]/);
  assert.ok(kept.some((text) => text.includes('did not become healthy')));
  assert.deepEqual(
    kept.filter((text) => text.includes(value)),
    [],
  );
});
