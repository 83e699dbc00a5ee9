import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Scene } from './scene.ts';

/** One that nobody trusts, for these hosts, with a key on the curve P-256, which all gateways know. */
export async function makeCertificate(
  directory: string,
  hosts: readonly string[],
): Promise<Scene['certificate']> {
  const certificateFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  const bothFile = join(directory, 'both.pem');
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  await execa`openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${hosts[0] ?? ''} -addext subjectAltName=${names} -keyout ${keyFile} -out ${certificateFile}`;
  writeFileSync(bothFile, readFileSync(certificateFile, 'utf8') + readFileSync(keyFile, 'utf8'));
  return { certificateFile, keyFile, bothFile };
}
