import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { handshakeRules } from './handshake-rules.ts';
import {
  type CertificateFacts,
  type CertificatePair,
  readCertificate,
} from './read-certificate.ts';

export type { CertificateFacts, CertificatePair };

/** The certificates in use. New handshakes get what is here now; open connections keep what they have. */
export interface CertificateShelf {
  /**
   * All at once, or none and `gateway/bad-certificate`. Of two for one name the one that is valid, then the
   * one that is valid longest, serves. The first is for clients that name no host or an unknown one.
   */
  replace(certificates: readonly CertificatePair[]): void;
  /** 48 random bytes; every worker with the same ones resumes the sessions of the others. */
  setTicketKeys(keys: Buffer): void;
  /** For a host: its own name, then a wildcard one label up, then the first; null: there is none at all. */
  find(serverName: string): SecureContext | null;
  /** What a server needs for clients that name no host; null: there is no certificate. */
  unnamed(): SecureContextOptions | null;
  facts(): readonly CertificateFacts[];
  /** Calls back after each change, until the returned function is called. */
  watch(changed: () => void): () => void;
}

interface Shelved {
  pair: CertificatePair;
  facts: CertificateFacts;
  /** Made when first asked for. */
  context: SecureContext | null;
}

/** Refuses the first certificates as `replace` does. */
export function certificateShelf(
  certificates: readonly CertificatePair[],
  { ticketKeys }: { ticketKeys: Buffer },
): CertificateShelf {
  let shelved: readonly Shelved[] = certificates.map(shelve);
  let byName = nameTable(shelved);
  let keys = ticketKeys;
  const watchers = new Set<() => void>();
  const tell = () => watchers.forEach((changed) => changed());

  return {
    replace(next) {
      shelved = next.map((pair) => shelved.find((each) => isSame(each.pair, pair)) ?? shelve(pair));
      byName = nameTable(shelved);
      tell();
    },
    setTicketKeys(next) {
      keys = next;
      for (const each of shelved) each.context = null;
      tell();
    },
    find(serverName) {
      const found = lookUp(byName, serverName.toLowerCase()) ?? shelved[0];
      if (found === undefined) return null;
      return (found.context ??= createSecureContext(contextOptions(found.pair, keys)));
    },
    unnamed: () => (shelved[0] === undefined ? null : contextOptions(shelved[0].pair, keys)),
    facts: () => shelved.map(({ facts }) => facts),
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

const shelve = (pair: CertificatePair): Shelved => ({
  pair,
  facts: readCertificate(pair),
  context: null,
});

const isSame = (one: CertificatePair, other: CertificatePair): boolean =>
  one.certificate === other.certificate && one.key === other.key;

function lookUp(byName: ReadonlyMap<string, Shelved>, host: string): Shelved | undefined {
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  return byName.get(name) ?? byName.get(`*${name.slice(name.indexOf('.'))}`);
}

function nameTable(shelved: readonly Shelved[]): Map<string, Shelved> {
  const byName = new Map<string, Shelved>();
  const now = new Date();
  for (const each of shelved) {
    for (const name of each.facts.names) {
      const rival = byName.get(name);
      if (rival === undefined || servesBetter(each.facts, rival.facts, now)) byName.set(name, each);
    }
  }
  return byName;
}

function servesBetter(one: CertificateFacts, other: CertificateFacts, now: Date): boolean {
  const isValid = (facts: CertificateFacts) => facts.validFrom <= now && now < facts.expiresAt;
  if (isValid(one) !== isValid(other)) return isValid(one);
  return one.expiresAt > other.expiresAt;
}

const contextOptions = (
  { certificate, key }: CertificatePair,
  ticketKeys: Buffer,
): SecureContextOptions => ({ ...handshakeRules, cert: certificate, key, ticketKeys });
