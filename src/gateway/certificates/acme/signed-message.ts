import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** The public part of an account's key as JSON Web Key; its fields in the order RFC 7638 hashes them in. */
export interface PublicJwk {
  crv: string;
  kty: string;
  x: string;
  y: string;
}

/** Of a P-256 key. */
export function publicJwk(key: KeyObject): PublicJwk {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, y };
}

/** What follows the token in an answer to a challenge (RFC 8555, 8.1; RFC 7638). */
export const thumbprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(JSON.stringify(publicJwk(key)))
    .digest('base64url');

export interface ToSign {
  key: KeyObject;
  /** The account's URL; null: the message introduces its key itself. */
  account: string | null;
  url: string;
  nonce: string;
  /** null: nothing but the wish to read (POST-as-GET). */
  payload: object | null;
}

/** A flattened JSON Web Signature with ES256, as RFC 8555, 6.2 wants every message. */
export function signedMessage({ key, account, url, nonce, payload }: ToSign): string {
  const who = account === null ? { jwk: publicJwk(key) } : { kid: account };
  const head = encoded(JSON.stringify({ alg: 'ES256', ...who, nonce, url }));
  const body = payload === null ? '' : encoded(JSON.stringify(payload));
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return JSON.stringify({
    protected: head,
    payload: body,
    signature: signature.toString('base64url'),
  });
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url');
