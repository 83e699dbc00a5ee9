import type { Queryable } from '../../db/pool.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import {
  acme,
  certificateFiles,
  certificates,
  type AcmeOffer,
  type CertificateRow,
  type ChallengeKind,
  type FileRow,
} from './tables.ts';

/** `waiting`: its first order has not ended. `failing`: it serves on if it has been issued before. */
export type CertificateState = 'active' | 'waiting' | 'failing' | 'expired' | 'unusable';

/** A certificate from a file or a CA, without its key. */
export interface DescribedCertificate {
  source: 'file' | 'acme';
  /** Of one from a file: its name. */
  id: string;
  names: string[];
  state: CertificateState;
  challenge: ChallengeKind | null;
  askedBy: string | null;
  issuer: string | null;
  issuedAt: Date | null;
  expiresAt: Date | null;
  error: string | null;
  fix: string | null;
  nextAttemptAt: Date | null;
}

/** All that serve or should, those from files first, and where new ones come from. */
export async function describeCertificates(
  db: Queryable,
  now: Date,
): Promise<{ certificates: DescribedCertificate[]; acme: AcmeOffer | null }> {
  const [files, ordered, offer] = await Promise.all([
    certificateFiles.all(db),
    certificates.all(db),
    acme.offer(db),
  ]);
  const described = [
    ...files.map((file) => fromFile(file, now)),
    ...ordered.map((row) => fromOrder(row, { now, offer })),
  ];
  return { certificates: described, acme: offer };
}

/** Those with this name or id. Refuses with `certificate/unknown` where there is none. */
export async function findCertificates(
  db: Queryable,
  nameOrId: string,
  now: Date,
): Promise<DescribedCertificate[]> {
  const all = (await describeCertificates(db, now)).certificates;
  const found = all.filter(({ id, names }) => id === nameOrId || names.includes(nameOrId));
  if (found.length > 0) return found;
  throw new SignalboxError({
    code: 'certificate/unknown',
    what: `There is no certificate for ${nameOrId}.`,
    fix: ['signalbox certificate list', `signalbox certificate order ${nameOrId}`],
  });
}

const fromFile = (
  { file, names, issuer, issuedAt, expiresAt, problem }: FileRow,
  now: Date,
): DescribedCertificate => ({
  source: 'file',
  id: file,
  names,
  state: problem !== null ? 'unusable' : isOver(expiresAt, now) ? 'expired' : 'active',
  challenge: null,
  askedBy: null,
  issuer,
  issuedAt,
  expiresAt,
  error: problem,
  fix:
    problem &&
    `Put a certificate that is valid, and its key, into ${file}; it is noticed within seconds.`,
  nextAttemptAt: null,
});

function fromOrder(
  row: CertificateRow,
  { now, offer }: { now: Date; offer: AcmeOffer | null },
): DescribedCertificate {
  const { id, names, challenge, askedBy, issuer, issuedAt, expiresAt, nextAttemptAt } = row;
  const isStuck = offer === null && nextAttemptAt <= now;
  return {
    source: 'acme',
    id,
    names,
    state: stateOf(row, { now, isStuck }),
    challenge,
    askedBy,
    issuer,
    issuedAt,
    expiresAt,
    error: isStuck ? 'It is to be ordered, and the controllers know no CA.' : row.error,
    fix: isStuck ? 'Start the controllers with --acme-directory and --acme-email.' : row.fix,
    nextAttemptAt,
  };
}

function stateOf(
  { expiresAt, failures }: CertificateRow,
  { now, isStuck }: { now: Date; isStuck: boolean },
): CertificateState {
  if (isOver(expiresAt, now)) return 'expired';
  if (failures > 0 || isStuck) return 'failing';
  return expiresAt === null ? 'waiting' : 'active';
}

const isOver = (at: Date | null, now: Date): boolean => at !== null && at <= now;
