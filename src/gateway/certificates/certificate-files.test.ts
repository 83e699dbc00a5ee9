import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { testAuthority, type TestCertificate } from '../../../test/support/test-certificates.ts';
import { type CertificateFiles, certificateFiles } from './certificate-files.ts';

const authority = testAuthority();
let directory: string;
let now: Date;
let files: CertificateFiles;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-certificates-'));
  now = new Date();
  files = certificateFiles(directory, { now: () => now });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const put = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);

async function putPair(name: string, { certificate, key }: TestCertificate): Promise<void> {
  await put(`${name}.crt`, certificate);
  await put(`${name}.key`, key);
}

/** Its names, or why it does not serve. */
const seen = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await files.read()).map(({ file, pair, facts, problem }) => [
      file,
      pair === null ? `none: ${problem}` : `${facts?.names.join()}${problem ? `: ${problem}` : ''}`,
    ]),
  );

test('a certificate and its key are read from two files or one', async () => {
  await putPair('shop', authority.issue(['shop.test']));
  const whole = authority.issue(['*.preview.test']);
  await put('preview.pem', `${whole.key}${whole.certificate}`);
  await put('notes.txt', 'not ours');
  assert.deepEqual(await seen(), { 'shop.crt': 'shop.test', 'preview.pem': '*.preview.test' });
  const found = await files.read();
  const preview = found.find(({ file }) => file === 'preview.pem');
  assert.ok(!preview?.pair?.certificate.includes('PRIVATE KEY'));
});

test('a broken one says why and harms no other', async () => {
  await putPair('good', authority.issue(['good.test']));
  await putPair('swapped', {
    ...authority.issue(['swapped.test']),
    key: authority.issue(['x.test']).key,
  });
  await put('keyless.crt', authority.issue(['keyless.test']).certificate);
  await putPair('garbage', { certificate: 'no certificate', key: 'no key' });
  await put('huge.pem', 'x'.repeat(300 * 1024));
  await put('shut.crt', authority.issue(['shut.test']).certificate);
  execFileSync('mkfifo', [join(directory, 'shut.key')]);
  const past = { from: new Date('2020-01-01'), to: new Date('2020-02-01') };
  await putPair('old', authority.issue(['old.test'], past));
  const all = await seen();
  assert.equal(all['good.crt'], 'good.test');
  assert.match(all['swapped.crt'] ?? '', /none: The key belongs to another certificate/);
  assert.match(all['keyless.crt'] ?? '', /none: .*keyless\.key/);
  assert.match(all['garbage.crt'] ?? '', /none: It is not a certificate/);
  assert.match(all['huge.pem'] ?? '', /none: .*longer than 256 KiB/);
  assert.match(all['shut.crt'] ?? '', /none: shut\.key: it is not a file/);
  assert.match(all['old.crt'] ?? '', /none: It expired/);
});

test('one that is being replaced serves on as it was until its key is there, too', async () => {
  await putPair('shop', authority.issue(['shop.test']));
  await seen();
  const next = authority.issue(['shop.test', 'www.shop.test']);
  await put('shop.crt', next.certificate);
  assert.match((await seen())['shop.crt'] ?? '', /^shop\.test: The key belongs to another/);
  await put('shop.key', next.key);
  assert.deepEqual(await seen(), { 'shop.crt': 'shop.test,www.shop.test' });
  now = new Date(Date.now() + 90 * 86_400_000);
  assert.match((await seen())['shop.crt'] ?? '', /none: It expired/);
  await rm(join(directory, 'shop.crt'));
  assert.deepEqual(await seen(), {});
});

test('a link that is turned to other files is noticed, of the file and of its directory', async () => {
  const put = async (version: string, names: string[]): Promise<void> => {
    const { certificate, key } = authority.issue(names);
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, 'tls.crt'), certificate);
    await writeFile(join(directory, version, 'tls.key'), key);
  };
  await put('..one', ['one.test']);
  await put('..two', ['two.test']);
  await symlink('..one', join(directory, '..data'));
  for (const name of ['tls.crt', 'tls.key']) {
    await symlink(join('..data', name), join(directory, name));
  }
  assert.deepEqual(await seen(), { 'tls.crt': 'one.test' });
  await symlink('..two', join(directory, '..next'));
  await rename(join(directory, '..next'), join(directory, '..data'));
  assert.deepEqual(await seen(), { 'tls.crt': 'two.test' });
});

test('a directory that is not there has no certificates until it is', async () => {
  const later = join(directory, 'later');
  files = certificateFiles(later, { now: () => now });
  assert.deepEqual(await seen(), {});
  await mkdir(later);
  directory = later;
  await putPair('shop', authority.issue(['shop.test']));
  assert.deepEqual(await seen(), { 'shop.crt': 'shop.test' });
});
