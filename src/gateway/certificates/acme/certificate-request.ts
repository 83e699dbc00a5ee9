import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { alternativeNames, bits, ecdsaWithSha256 } from './der.ts';
import { element, integer, objectId, sequence, setOf } from './der.ts';

/** PKCS #9: extensionRequest. */
const extensionRequest = objectId('2a864886f70d01090e');

/**
 * A PKCS #10 request (RFC 2986) in DER for these host names; the subject is empty, because CAs and clients
 * read names in subjectAltName only. `key` is a P-256 private key in PEM form.
 */
export function certificateRequest(names: readonly string[], key: string): Buffer {
  const signer = createPrivateKey(key);
  const publicKey = createPublicKey(signer).export({ type: 'spki', format: 'der' });
  const wanted = sequence(extensionRequest, setOf(sequence(alternativeNames(names))));
  const contents = sequence(
    integer(Buffer.of(0)),
    sequence(),
    publicKey,
    // [0] IMPLICIT SET OF Attribute
    element(0xa0, wanted),
  );
  return sequence(contents, ecdsaWithSha256, bits(sign('sha256', contents, signer)));
}
