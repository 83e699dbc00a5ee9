import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApiRig, apiRig, asking } from '../../../test/support/api-rig.ts';
import { sql } from '../../db/pool.ts';

let rig: ApiRig;
before(async () => void (rig = await apiRig()));
after(() => rig.close());

const order = async (names: string[], more: { dns?: boolean; force?: boolean } = {}) =>
  rig.handlers.orderCertificate({ names, dns: false, force: false, ...more }, asking());
const list = async () => (await rig.handlers.listCertificates({}, asking())).certificates;

test('without a CA nothing is ordered, with the flags that name one', async () => {
  await assert.rejects(order(['shop.localhost']), { code: 'certificate/no-acme' });
  await sql`insert into acme_settings (directory_url, email, has_dns_hook)
    values ('https://ca.test/directory', 'ops@example.com', false)`.execute(rig.world.db);
});

test('names that are none, or that nothing is served at, are refused', async () => {
  for (const name of ['10.0.0.1', 'shop', 'a..b', '*.*.shop.test', 'a b.test', '-x.test', '']) {
    await assert.rejects(order([name]), { code: 'certificate/bad-name' }, name);
  }
  const foreign = { code: 'certificate/foreign-name' };
  await assert.rejects(order(['shop.localhost', 'shop.elsewhere.test']), foreign);
  const target = { kind: 'text', text: '' } as const;
  const route = { path: '/', environment: 'e', service: 's', target };
  await rig.world.gateway.apply([{ set: { ...route, host: 'shop.elsewhere.test' } }]);
  await order(['shop.elsewhere.test']);
  await order(['other.elsewhere.test'], { force: true });
  await assert.rejects(order(['*.preview.localhost']), { code: 'certificate/no-dns-hook' });
});

test('ordered twice it is one, which viewers see without its keys', async () => {
  const first = await order(['Shop.localhost', 'shop.localhost']);
  const again = await order(['shop.localhost']);
  assert.equal(again.id, first.id);
  const found = (await list()).filter(({ names }) => names.includes('shop.localhost'));
  assert.deepEqual(
    found.map(({ state, names, askedBy }) => [state, names, askedBy]),
    [['waiting', ['shop.localhost'], 'ada']],
  );
  assert.ok(!Object.keys(found[0] ?? {}).some((name) => /^key|chain|sealed/i.test(name)));
});

test('one that has failed, or cannot be ordered, says so', async () => {
  await sql`update certificates set failures = 1, error = 'The CA says: no', fix = 'Ask again'
    where names = '{shop.localhost}'`.execute(rig.world.db);
  const asked = { certificate: 'shop.localhost' };
  const { certificates } = await rig.handlers.getCertificates(asked, asking());
  assert.deepEqual(
    certificates.map(({ state, error, fix }) => [state, error, fix]),
    [['failing', 'The CA says: no', 'Ask again']],
  );
  await sql`delete from acme_settings`.execute(rig.world.db);
  const stuck = await rig.handlers.getCertificates(asked, asking());
  assert.match(stuck.certificates[0]?.error ?? '', /know no CA/);
});

test('one is removed by name or id; a file, several and none are refused', async () => {
  const remove = async (certificate: string) =>
    rig.handlers.removeCertificate({ certificate }, asking());
  await remove('shop.localhost');
  await assert.rejects(remove('shop.localhost'), { code: 'certificate/unknown' });
  await sql`insert into certificate_files (file, names) values ('a.crt', '{a.test}')`.execute(
    rig.world.db,
  );
  await assert.rejects(remove('a.test'), { code: 'certificate/is-file' });
  for (const names of ['{x.test}', '{w.test,x.test}']) {
    await sql`insert into certificates (id, names, challenge, asked_by)
      values (${names.replace(/\W/g, '')}, ${names}::text[], 'http-01', 'ada')`.execute(
      rig.world.db,
    );
  }
  await assert.rejects(remove('x.test'), { code: 'certificate/ambiguous' });
  await remove('xtest');
  assert.deepEqual(
    (await list()).flatMap(({ names }) => names),
    ['a.test', 'other.elsewhere.test', 'shop.elsewhere.test', 'w.test', 'x.test'],
  );
});
