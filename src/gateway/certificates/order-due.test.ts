import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Refusal } from '../../../test/support/acme-message.ts';
import { sql } from '../../db/pool.ts';
import { unseal } from '../../kernel/sealed.ts';
import { type OrderingRig, orderingRig } from './ordering-rig.test-data.ts';
import { removeCertificate } from './remove-certificate.ts';
import { certificateKeyPurpose, servedPairs } from './served-pairs.ts';
import { certificates } from './tables.ts';

const dayMs = 86_400_000;
let rig: OrderingRig;
beforeEach(async () => void (rig = await orderingRig()));
afterEach(() => rig.close());

const only = async () => {
  const [first, ...others] = await rig.all();
  assert.ok(first);
  assert.equal(others.length, 0);
  return first;
};

test('a certificate is issued for its names, with a key that fits, and nothing is left at the gateway', async () => {
  const { id } = await rig.ask(['www.Shop.example.com', 'shop.example.com']);
  assert.equal((await only()).state, 'waiting');
  await rig.turn();
  const issued = await only();
  assert.deepEqual([issued.state, issued.error], ['active', null]);
  assert.deepEqual(issued.names, ['shop.example.com', 'www.shop.example.com']);
  const row = await certificates.pair(rig.world.db, id);
  assert.ok(row);
  const leaf = new X509Certificate(row.chain);
  const key = unseal(rig.world.key, certificateKeyPurpose(id), row.key);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
  assert.ok(leaf.checkHost('shop.example.com') && leaf.checkHost('www.shop.example.com'));
  assert.ok(leaf.verify(new X509Certificate(rig.authority.root).publicKey));
  assert.deepEqual(await rig.world.gateway.routes(), []);
  assert.ok(!row.key.toString('latin1').includes('PRIVATE'), 'the key is stored sealed');
});

test('what is issued is given to the gateway once, and what is removed is taken away', async () => {
  const serve = servedPairs(rig.world, null);
  await serve();
  await rig.ask(['shop.example.com']);
  await rig.turn();
  await serve();
  await serve();
  assert.deepEqual(
    rig.given.map((all) => all.length),
    [0, 1],
  );
  const [pair] = rig.given[1] ?? [];
  assert.ok(pair);
  assert.ok(new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.key)));
  await removeCertificate(rig.world.db, 'shop.example.com', rig.world.clock.now());
  await serve();
  assert.deepEqual(rig.given.at(-1), []);
});

test('it is renewed after two thirds of its time, by the same account, and not before', async () => {
  await rig.ask(['shop.example.com']);
  await rig.turn();
  const first = await only();
  rig.ahead(55 * dayMs);
  await rig.turn();
  assert.equal(rig.authority.orders().length, 1);
  rig.ahead(8 * dayMs);
  await rig.turn();
  const second = await only();
  assert.equal(rig.authority.orders().length, 2);
  assert.equal(rig.authority.accounts(), 1);
  assert.ok(second.expiresAt && first.expiresAt && second.expiresAt > first.expiresAt);
  assert.notEqual(second.issuedAt?.getTime(), first.issuedAt?.getTime());
});

test('a wildcard and its parent are proven by the hook, which knows nothing of the controller', async () => {
  process.env['CONTROLLERS_OWN'] = 'secret';
  await rig.ask(['*.preview.example.com', 'preview.example.com']);
  await rig.turn();
  delete process.env['CONTROLLERS_OWN'];
  const issued = await only();
  assert.deepEqual([issued.state, issued.challenge, issued.error], ['active', 'dns-01', null]);
  assert.equal(await rig.zone(), '', 'the records are removed');
  const known = (await readFile(join(rig.directory, 'known'), 'utf8')).trim().split('\n');
  const shells = new Set(['PWD', 'SHLVL', '_', 'OLDPWD']);
  assert.deepEqual(
    known.filter((name) => !shells.has(name)),
    ['ACTION', 'NAME', 'PATH', 'VALUE'],
  );
});

test('a hook that fails is told with its words, and tried again after ten minutes, not before', async () => {
  const does = join(rig.directory, 'hook-does');
  await writeFile(does, 'echo "no such zone" >&2; exit 3');
  await rig.ask(['*.preview.example.com']);
  await rig.turn();
  const failed = await only();
  assert.equal(failed.state, 'failing');
  assert.match(failed.error ?? '', /ended with 3.*no such zone/s);
  assert.match(failed.fix ?? '', /signalbox certificate order '\*\.preview\.example\.com' --dns/);
  await rm(does);
  const asked = rig.authority.asked.length;
  rig.ahead(5 * 60_000);
  await rig.turn();
  assert.equal(rig.authority.asked.length, asked, 'the CA is left alone');
  rig.ahead(10 * 60_000);
  await rig.turn();
  assert.equal((await only()).state, 'active');
  assert.equal(rig.authority.orders().length, 1, 'the same order went on');
  assert.equal(await rig.zone(), '');
});

test('a CA that is down is told as such; the other certificates of the turn are not tried', async () => {
  rig.authority.before = () => 'hang up';
  await rig.ask(['a.example.com']);
  await rig.ask(['b.example.com']);
  await rig.turn();
  const states = (await rig.all()).map(({ state }) => state);
  assert.deepEqual(states.sort(), ['failing', 'waiting']);
  assert.equal(rig.authority.asked.length, 1);
  const failed = (await rig.all()).find(({ state }) => state === 'failing');
  assert.match(failed?.error ?? '', /does not answer/);
  rig.authority.before = () => undefined;
  rig.ahead(20 * 60_000);
  await rig.turn();
  assert.deepEqual(
    (await rig.all()).map(({ state, error }) => [state, error]),
    [
      ['active', null],
      ['active', null],
    ],
  );
});

test('a nonce that the CA has forgotten is replaced without a word', async () => {
  let forgotten = 0;
  rig.authority.before = (step) => {
    if (step !== 'new-order' && step !== 'finalize') return undefined;
    if (forgotten < 4) rig.authority.forgetNonces();
    forgotten += 1;
    return undefined;
  };
  await rig.ask(['shop.example.com']);
  await rig.turn();
  assert.equal((await only()).state, 'active');
  assert.ok(forgotten > 4, 'the CA refused some');
});

test('a rate limit is respected for as long as the CA says, also when somebody asks by hand', async () => {
  rig.authority.before = (step) => {
    if (step === 'new-order') throw new Refusal('rateLimited', 'too many', 429, 3 * 3600);
    return undefined;
  };
  await rig.ask(['shop.example.com']);
  await rig.turn();
  const failed = await only();
  assert.match(failed.error ?? '', /too many/);
  assert.match(failed.fix ?? '', /Nothing is to be done/);
  rig.authority.before = () => undefined;
  const asked = rig.authority.asked.length;
  rig.ahead(2 * 3_600_000);
  await rig.ask(['shop.example.com']);
  await rig.turn();
  assert.equal(rig.authority.asked.length, asked);
  rig.ahead(3_600_000 + 60_000);
  await rig.turn();
  assert.equal((await only()).state, 'active');
});

test('a proof that the CA does not see is told with the way out, and the next attempt is a new order', async () => {
  const { apply } = rig.world.gateway;
  rig.world.gateway.apply = async () => undefined;
  await rig.ask(['shop.example.com']);
  await rig.turn();
  const failed = await only();
  assert.match(failed.error ?? '', /The CA says: .*proof/);
  assert.match(failed.fix ?? '', /port 80 lead to this gateway/);
  rig.world.gateway.apply = apply;
  await rig.ask(['shop.example.com']);
  await rig.turn();
  assert.equal((await only()).state, 'active');
  assert.equal(rig.authority.orders().length, 2);
});

test('two controllers that order at the same moment make one order', async () => {
  await rig.ask(['shop.example.com']);
  let others: Promise<unknown> = Promise.resolve();
  rig.authority.before = (step) => {
    // While the proof of the first is shown: the others must not take it away either.
    if (step === 'challenge') others = Promise.all([rig.turn(), rig.turn()]);
    return undefined;
  };
  await Promise.all([rig.turn(), rig.turn()]);
  await others;
  assert.equal((await only()).state, 'active');
  assert.equal(rig.authority.orders().length, 1);
});

/** Something happens in the middle of an order: while its proof is set up. */
function inTheMiddle(act: () => Promise<unknown>): void {
  const { apply } = rig.world.gateway;
  rig.world.gateway.apply = async (changes) => {
    await act();
    await apply(changes);
  };
}

test('what is removed while it is ordered stays removed', async () => {
  await rig.ask(['shop.example.com']);
  inTheMiddle(() => removeCertificate(rig.world.db, 'shop.example.com', new Date()).catch(() => 0));
  await rig.turn();
  assert.deepEqual(rig.authority.orders(), [{ names: ['shop.example.com'], status: 'valid' }]);
  assert.deepEqual(await rig.all(), []);
  assert.deepEqual(await rig.world.gateway.routes(), []);
});

test('an attempt that a newer one has overtaken writes nothing', async () => {
  await rig.ask(['shop.example.com']);
  inTheMiddle(() => sql`update certificates set attempt = attempt + 1`.execute(rig.world.db));
  await rig.turn();
  assert.equal(rig.authority.orders()[0]?.status, 'valid');
  const untouched = await only();
  assert.deepEqual([untouched.state, untouched.expiresAt], ['waiting', null]);
});

test('proofs that a dead controller left at the gateway are taken away', async () => {
  const left = {
    host: 'shop.example.com',
    path: '/.well-known/acme-challenge/left-over',
    environment: '',
    service: 'acme',
    target: { kind: 'text', text: 'old' },
  } as const;
  const other = { ...left, path: '/other', environment: 'e1' };
  await rig.world.gateway.apply([{ set: left }, { set: other }]);
  await rig.turn();
  assert.deepEqual(await rig.world.gateway.routes(), [other]);
});
