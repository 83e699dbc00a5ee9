import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import {
  fakeAudit,
  fakeAuthenticate,
  fakeHandlers,
  fakeTokens,
} from '../../../test/fakes/api-handlers.ts';
import { tickingGateway } from '../../../test/fakes/ticking-gateway.ts';
import { testDatabase } from '../../../test/support/postgres.ts';
import { aCount } from '../../../test/support/some-counts.ts';
import { migrate } from '../../db/migrate.ts';
import { openDatabase, sql, type OpenDatabase } from '../../db/pool.ts';
import { recordTraffic } from '../../environments/record-traffic.ts';
import type { Output } from '../contract/all.ts';
import { apiServer } from '../server.ts';
import type { ApiWorld } from './api-world.ts';
import { trafficHandlers } from './traffic.ts';

let database: OpenDatabase;
let drop: () => Promise<void>;
let app: FastifyInstance;

before(async () => {
  const made = await testDatabase();
  drop = made.drop;
  database = openDatabase(made.url, 3);
  const { db } = database;
  await migrate(db);
  await sql`insert into apps (id, name) values ('app-1', 'shop')`.execute(db);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state)
    values ('environment-1', 'app-1', 'staging', 'staging', 'main', 'shop.test', 'live')`.execute(
    db,
  );
  const gateway = tickingGateway();
  const second = Math.floor(Date.now() / 1000);
  for (const age of [600, 1, 0])
    gateway.tick(second - age, [aCount({ requests: 2, answers: [2, 0, 0, 0], total: [[800, 2]] })]);
  await recordTraffic({ db, gateway, log: () => undefined });
  const world = { db, clock: { now: () => new Date() } };
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    handlers: fakeHandlers(trafficHandlers(world as ApiWorld)),
  });
  await app.ready();
});
after(async () => {
  await app.close();
  await database.close();
  await drop();
});

const ask = async (path: string) => {
  const headers = { authorization: `Bearer ${fakeTokens.viewer}` };
  const answer = await app.inject({ url: `/api/v1/environments/${path}`, headers });
  return { status: answer.statusCode, body: answer.json<Output<'getTraffic'>>() };
};

test('an environment is found by address or id, and only the minutes asked for are summed', async () => {
  for (const [path, requests] of [
    ['shop%2Fstaging/traffic', 6],
    ['environment-1/traffic?minutes=5', 4],
    ['environment-1/traffic?minutes=999999999', 6],
  ] as const) {
    const { status, body } = await ask(path);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.environment, 'shop/staging');
    assert.deepEqual(
      body.versions.map((version) => [version.service, version.requests]),
      [['web', requests]],
    );
  }
});

test('what is no number and what is no environment is refused', async () => {
  assert.equal((await ask('environment-1/traffic?minutes=few')).status, 400);
  assert.equal((await ask('nothing/traffic')).status, 404);
});
