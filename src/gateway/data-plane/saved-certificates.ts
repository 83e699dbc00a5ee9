import { readFileSync } from 'node:fs';
import type { CertificatePair } from '../certificate.ts';
import { certificatesShape } from './control-contract.ts';
import { log } from './log.ts';
import { writeAtomically } from './write-atomically.ts';

export interface SavedCertificates {
  all(): readonly CertificatePair[];
  /** On disk when it resolves, readable by the gateway alone. Refuses with `gateway/bad-certificate`. */
  replace(certificates: readonly CertificatePair[]): Promise<void>;
}

const file = 'certificates.json';

export function savedCertificates(): SavedCertificates {
  let certificates = read();
  return {
    all: () => certificates,
    async replace(next) {
      const { readCertificate } = await import('./tls/read-certificate.ts');
      for (const pair of next) readCertificate(pair);
      await writeAtomically(file, JSON.stringify(next));
      certificates = [...next];
    },
  };
}

function read(): CertificatePair[] {
  try {
    return certificatesShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew) log(`CERTIFICATES LOST: ${file} cannot be understood; starting with none.`, error);
    return [];
  }
}
