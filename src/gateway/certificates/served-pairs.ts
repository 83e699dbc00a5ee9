import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../db/pool.ts';
import { publish } from '../../events/publish.ts';
import type { Clock } from '../../kernel/clock.ts';
import { unseal } from '../../kernel/sealed.ts';
import type { CertificatePair } from '../certificate.ts';
import type { Gateway } from '../gateway.ts';
import type { CertificateFiles, FoundCertificate } from './certificate-files.ts';
import { certificateFiles as fileTable, certificates, type FileRow } from './tables.ts';

export interface ServingWorld {
  db: Database;
  key: Buffer;
  gateway: Pick<Gateway, 'setCertificates'>;
  clock: Clock;
  log(line: string): void;
}

export const certificateKeyPurpose = (id: string): string => `certificate ${id}`;

/**
 * Gives the gateway what the files hold and what was issued: at the first call, and whenever something is
 * otherwise than at the call before. Cheap where nothing is. What the gateway refuses is tried again.
 */
export function servedPairs(
  world: ServingWorld,
  files: CertificateFiles | null,
): () => Promise<void> {
  const issued = issuedPairs(world);
  let served: readonly CertificatePair[] | null = null;
  let told: readonly FileRow[] | null = null;
  return async () => {
    const found = (await files?.read()) ?? [];
    const rows = found.map(asRow);
    if (!isDeepStrictEqual(rows, told)) {
      // Another controller may have seen and said it already.
      const before = await fileTable.all(world.db);
      await fileTable.replace(world.db, rows);
      await sayProblems(world, rows, before);
      told = rows;
    }
    const next = [...found.flatMap(({ pair }) => pair ?? []), ...(await issued())];
    if (isDeepStrictEqual(next, served)) return;
    await world.gateway.setCertificates(next);
    served = next;
  };
}

const asRow = ({ file, facts, problem }: FoundCertificate): FileRow => ({
  file,
  names: [...(facts?.names ?? [])],
  issuer: facts?.issuer ?? null,
  issuedAt: facts?.validFrom ?? null,
  expiresAt: facts?.expiresAt ?? null,
  problem,
});

async function sayProblems(
  { db, log }: ServingWorld,
  rows: readonly FileRow[],
  before: readonly FileRow[],
): Promise<void> {
  const known = new Map(before.map(({ file, problem }) => [file, problem]));
  for (const { file, problem } of rows) {
    if (problem === null || known.get(file) === problem) continue;
    const text = `The certificate file ${file} is not used: ${problem}`;
    log(text);
    await publish(db, { kind: 'certificate-unusable', text });
  }
}

/** Opened once; a key that does not open is said once and left out. */
function issuedPairs({ db, key, clock, log }: ServingWorld): () => Promise<CertificatePair[]> {
  let known = new Map<string, CertificatePair | null>();
  return async () => {
    const next: typeof known = new Map();
    for (const { id, issuedAt } of await certificates.served(db, clock.now())) {
      const mark = `${id} ${issuedAt.getTime()}`;
      const before = known.get(mark);
      next.set(mark, before === undefined ? await open(id) : before);
    }
    known = next;
    return [...known.values()].filter((pair) => pair !== null);
  };

  async function open(id: string): Promise<CertificatePair | null> {
    const row = await certificates.pair(db, id);
    if (row === null) return null;
    try {
      return { certificate: row.chain, key: unseal(key, certificateKeyPurpose(id), row.key) };
    } catch {
      log(`The key of certificate ${id} cannot be opened: it was sealed with another secret.key.`);
      return null;
    }
  }
}
