import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';

/** A certificate as its files hold it. */
export interface CertificatePair {
  /** PEM: the server's own certificate first, then those that signed it. */
  certificate: string;
  /** PEM, without a passphrase. */
  key: string;
}

/** What can be told of a certificate without its key. */
export interface CertificateFacts {
  /** Lower case; `*.example.com` stands for every host one label below. */
  names: readonly string[];
  validFrom: Date;
  expiresAt: Date;
  issuer: string;
  fingerprint: string;
}

/**
 * The facts of one pair that a server can really use; anything else is refused with
 * `gateway/bad-certificate`. A date that has passed or not come is no reason to refuse: it is in the facts.
 */
export function readCertificate({ certificate, key }: CertificatePair): CertificateFacts {
  const leaf = readLeaf(certificate);
  const facts = factsOf(leaf);
  const name = facts.names[0] ?? leaf.subject.replaceAll('\n', ', ');
  if (facts.names.length === 0) {
    throw badCertificate(
      name,
      'It names no host in its subjectAltName; clients look nowhere else.',
    );
  }
  if (!leaf.checkPrivateKey(readKey(name, key))) {
    throw badCertificate(name, 'The key belongs to another certificate.');
  }
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    throw badCertificate(name, `The TLS library does not take it: ${reasonOf(error)}.`, error);
  }
  return facts;
}

function readLeaf(certificate: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (error) {
    throw badCertificate('', 'It is not a certificate in PEM form.', error);
  }
}

/** Neither the key nor OpenSSL's words on it appear in what is said. */
function readKey(name: string, key: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    throw badCertificate(name, 'Its key is not a private key in PEM form without a passphrase.');
  }
}

function factsOf(leaf: X509Certificate): CertificateFacts {
  return {
    names: namesOf(leaf),
    validFrom: leaf.validFromDate,
    expiresAt: leaf.validToDate,
    issuer: leaf.issuer.replaceAll('\n', ', '),
    fingerprint: leaf.fingerprint256,
  };
}

/** Only plain host names: what is quoted in the list has odd characters that no host name has. */
function namesOf(leaf: X509Certificate): string[] {
  const alternatives = (leaf.subjectAltName ?? '').split(', ');
  const hosts = alternatives.filter((each) => /^DNS:[\w.*-]+$/.test(each));
  return hosts.map((each) => each.slice('DNS:'.length).toLowerCase().replace(/\.$/, ''));
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'reason' in error ? String(error.reason) : 'it gives no reason';

const badCertificate = (name: string, why: string, cause?: unknown): SignalboxError =>
  new SignalboxError({
    code: 'gateway/bad-certificate',
    what: `The gateway cannot use the certificate${name && ` for ${name}`}.`,
    why,
    fix: [
      'Give the chain in PEM form, the own certificate first, and the key that belongs to it.',
      'Nothing has changed: the certificates from before are still in use.',
    ],
    cause,
  });
