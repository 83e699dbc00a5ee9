import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Certificate } from '../api/contract/certificates.ts';
import { type CliLab, cliLab } from '../../test/support/cli-lab.ts';

let lab: CliLab;
let certificates: Certificate[];
let told: unknown;
before(async () => {
  lab = await cliLab();
  Object.assign(lab.world.handlers, {
    listCertificates: () => ({ certificates, acme: null }),
    getCertificates: () => ({ certificates }),
    orderCertificate: (input: unknown) => ((told = input), { id: 'c1', text: 'It is ordered.' }),
    removeCertificate: (input: unknown) => ((told = input), { text: 'It is gone.' }),
  });
});
after(() => lab.close());

const issued: Certificate = {
  source: 'acme',
  id: 'c1',
  names: ['shop.test', 'www.shop.test'],
  state: 'active',
  challenge: 'http-01',
  askedBy: 'ada',
  issuer: 'CN=Some CA',
  issuedAt: new Date(Date.now() - 1000),
  expiresAt: new Date(Date.now() + 60.5 * 86_400_000),
  error: null,
  fix: null,
  nextAttemptAt: new Date(Date.now() + 30.5 * 86_400_000),
};

test('certificates are listed with when they expire, and what is wrong with the way out', async () => {
  const error = 'The key belongs to another certificate.';
  const broken: Certificate = {
    ...issued,
    source: 'file',
    id: 'old.crt',
    names: [],
    state: 'unusable',
  };
  certificates = [issued, { ...broken, error, fix: 'Put the right key there.', expiresAt: null }];
  const { code, out } = await lab.signalbox(['certificate', 'list']);
  assert.equal(code, 0);
  assert.match(out, /shop\.test www\.shop\.test +CA +active +in 60d +in 30d/);
  assert.match(out, /- +old\.crt +unusable/);
  assert.match(
    out,
    /old\.crt: The key belongs to another certificate\.\n→ Put the right key there\./,
  );
  const { out: json } = await lab.signalbox(['certificate', 'list', '--json']);
  assert.equal((JSON.parse(json) as { certificates: unknown[] }).certificates.length, 2);
});

test('none yet says how to order one', async () => {
  certificates = [];
  const { out } = await lab.signalbox(['certificate', 'list']);
  assert.match(out, /→ signalbox certificate order NAME/);
});

test('one is shown, ordered and removed by name', async () => {
  certificates = [issued];
  const shown = await lab.signalbox(['certificate', 'show', 'shop.test']);
  assert.match(shown.out, /issuer +CN=Some CA/);
  assert.match(shown.out, /asked by +ada/);
  const names = ['*.shop.test', 'shop.test'];
  const ordered = await lab.signalbox(['certificate', 'order', ...names, '--dns']);
  assert.deepEqual(told, { names, dns: true, force: false });
  assert.match(ordered.out, /It is ordered\.\n→ signalbox certificate show c1/);
  await lab.signalbox(['certificate', 'remove', '*.shop.test']);
  assert.deepEqual(told, { certificate: '*.shop.test' });
});
