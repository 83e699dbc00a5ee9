import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { testAuthority } from '../../../test/support/test-certificates.ts';
import { rows, sql } from '../../db/pool.ts';
import { certificateFiles } from './certificate-files.ts';
import { type OrderingRig, orderingRig } from './ordering-rig.test-data.ts';
import { servedPairs } from './served-pairs.ts';

const authority = testAuthority();
let rig: OrderingRig;
beforeEach(async () => void (rig = await orderingRig()));
afterEach(() => rig.close());

const put = (name: string, text: string): Promise<void> =>
  writeFile(join(rig.directory, name), text);
const controller = () => servedPairs(rig.world, certificateFiles(rig.directory, rig.world.clock));

test('what the gateway did not take is given to it again', async () => {
  const { certificate, key } = authority.issue(['shop.test']);
  await put('shop.pem', certificate + key);
  const serve = controller();
  const take = rig.world.gateway.setCertificates;
  rig.world.gateway.setCertificates = async () => {
    throw new Error('the gateway is away');
  };
  await assert.rejects(serve(), /away/);
  rig.world.gateway.setCertificates = take;
  await serve();
  assert.equal(rig.given.at(-1)?.length, 1);
});

test('a broken file is told once, however many controllers see it, and listed until it is well', async () => {
  await put('shop.pem', 'nothing');
  for (const serve of [controller(), controller()]) await serve();
  const events = await rows(
    rig.world.db,
    sql`select 1 from events where kind = 'certificate-unusable'`,
  );
  assert.equal(events.length, 1);
  const states = async () => (await rig.all()).map(({ id, state }) => [id, state]);
  assert.deepEqual(await states(), [['shop.pem', 'unusable']]);
  const { certificate, key } = authority.issue(['shop.test']);
  await put('shop.pem', certificate + key);
  await controller()();
  assert.deepEqual(await states(), [['shop.pem', 'active']]);
});

test('a key that was sealed with another secret is said and harms no other', async () => {
  await rig.ask(['a.example.com']);
  await rig.ask(['b.example.com']);
  await rig.turn();
  await sql`update certificates set key = '\\x00' || key where names = '{a.example.com}'`.execute(
    rig.world.db,
  );
  const serve = controller();
  await serve();
  await serve();
  assert.equal(rig.given.at(-1)?.length, 1);
  assert.equal(rig.lines.filter((line) => line.includes('cannot be opened')).length, 1);
});
