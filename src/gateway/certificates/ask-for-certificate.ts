import type { Database } from '../../db/pool.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/id.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Gateway } from '../gateway.ts';
import { certificateNames, foreignNames, isWildcard } from './certificate-names.ts';
import { noDnsHook } from './prove-names.ts';
import { acme, certificates, type CertificateRow } from './tables.ts';

interface AskingWorld {
  db: Database;
  clock: Clock;
  gateway: Pick<Gateway, 'routes'>;
  domain: string;
}

/**
 * A certificate for these names will be ordered within a minute when it resolves; if there is one that is
 * well, nothing changes. A wildcard is proven by DNS whatever `dns` says. Repeatable: a failed order is due
 * again at once. Refuses with `certificate/bad-name`, `certificate/foreign-name` (unless `force`),
 * `certificate/no-acme` and `certificate/no-dns-hook`.
 */
export async function askForCertificate(
  world: AskingWorld,
  asked: { names: readonly string[]; dns: boolean; force: boolean; by: string },
): Promise<CertificateRow> {
  const { db, gateway, clock, domain } = world;
  const names = certificateNames(asked.names);
  const offer = await acme.offer(db);
  if (offer === null) throw noAcme;
  const dns = asked.dns || names.some(isWildcard);
  if (dns && !offer.hasDnsHook) throw noDnsHook(names);
  if (!asked.force) {
    const hosts = new Set((await gateway.routes()).map(({ host }) => host));
    refuseForeign(foreignNames(names, { domain, hosts }));
  }
  const challenge = dns ? 'dns-01' : 'http-01';
  return certificates.ask(db, { id: newId(), names, challenge, by: asked.by, now: clock.now() });
}

const noAcme = new SignalboxError({
  code: 'certificate/no-acme',
  what: 'No certificate can be ordered.',
  why: 'The controllers know no CA.',
  fix: [
    'Start them with --acme-directory and --acme-email.',
    'Or put certificates as files into the directory of --certificates.',
  ],
});

/** A typing error would be tried again and again, and counts against what the CA allows. */
function refuseForeign(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new SignalboxError({
    code: 'certificate/foreign-name',
    what: `No certificate was ordered: nothing here is served at ${names.join(', ')}.`,
    why: 'No route has such a host, and it is not below the domain of this Signalbox.',
    fix: [
      'Check how it is written.',
      'Add --force when its DNS records lead to this gateway already.',
    ],
  });
}
