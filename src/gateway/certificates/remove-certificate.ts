import type { Database } from '../../db/pool.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { findCertificates, type DescribedCertificate } from './describe-certificates.ts';
import { certificates } from './tables.ts';

/**
 * It is ordered no more when it resolves, and serves no more within seconds; it is not revoked. An attempt
 * that is under way stores nothing. Refuses with `certificate/unknown`, `certificate/is-file` and
 * `certificate/ambiguous`.
 */
export async function removeCertificate(
  db: Database,
  nameOrId: string,
  now: Date,
): Promise<DescribedCertificate> {
  const found = await findCertificates(db, nameOrId, now);
  const [ordered, ...others] = found.filter(({ source }) => source === 'acme');
  if (ordered === undefined) throw isFile(found[0]?.id ?? nameOrId);
  if (others.length > 0) throw ambiguous(nameOrId, [ordered, ...others]);
  await certificates.remove(db, ordered.id);
  return ordered;
}

const isFile = (file: string): SignalboxError =>
  new SignalboxError({
    code: 'certificate/is-file',
    what: `${file} was not removed.`,
    why: 'It lies in the directory of certificate files, which Signalbox only reads.',
    fix: ['Delete the file there; that is noticed within seconds.'],
  });

const ambiguous = (name: string, found: readonly DescribedCertificate[]): SignalboxError =>
  new SignalboxError({
    code: 'certificate/ambiguous',
    what: `Several certificates prove ${name}; none was removed.`,
    why: found.map(({ id, names }) => `${id}: ${names.join(', ')}`).join('\n'),
    fix: [`signalbox certificate remove ${found[0]?.id}`],
  });
