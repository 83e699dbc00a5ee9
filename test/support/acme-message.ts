import { createHash, createPublicKey, verify } from 'node:crypto';

/** A public key as JSON Web Key. */
export type Jwk = Record<string, string>;

/** What a CA refuses: the last part of the problem's type, a status, words. */
export class Refusal extends Error {
  readonly kind: string;
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(kind: string, detail: string, status = 400, retryAfterSeconds: number | null = null) {
    super(detail);
    this.kind = kind;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface AcmeMessage {
  jwk: Jwk;
  /** null: it came with its own key. */
  account: string | null;
  /** null: POST-as-GET. */
  payload: Record<string, unknown> | null;
}

interface Rules {
  url: string;
  /** True once for each nonce that was given out. */
  useNonce(nonce: string): boolean;
  keyOf(account: string): Jwk | undefined;
}

/** A message as RFC 8555, 6 wants it, its signature verified; refuses everything else. */
export function readMessage(text: string, rules: Rules): AcmeMessage {
  const outer = JSON.parse(text) as { protected: string; payload: string; signature: string };
  const head = decoded(outer.protected) as Record<string, unknown>;
  if (head['url'] !== rules.url) throw new Refusal('unauthorized', 'signed for another address');
  if (typeof head['nonce'] !== 'string' || !rules.useNonce(head['nonce'])) {
    throw new Refusal('badNonce', 'this nonce was not given out, or was used before');
  }
  const account = typeof head['kid'] === 'string' ? head['kid'] : null;
  const jwk = account === null ? (head['jwk'] as Jwk | undefined) : rules.keyOf(account);
  if (!jwk || (account !== null && head['jwk'] !== undefined)) {
    throw new Refusal('accountDoesNotExist', 'who is this?');
  }
  const signed = Buffer.from(`${outer.protected}.${outer.payload}`);
  const signature = Buffer.from(outer.signature, 'base64url');
  if (!isSignedBy({ jwk, alg: head['alg'], signed, signature })) {
    throw new Refusal('malformed', 'the signature is not right', 403);
  }
  const payload = outer.payload === '' ? null : (decoded(outer.payload) as Record<string, unknown>);
  return { jwk, account, payload };
}

function isSignedBy(of: { jwk: Jwk; alg: unknown; signed: Buffer; signature: Buffer }): boolean {
  const key = createPublicKey({ key: of.jwk, format: 'jwk' });
  if (of.alg === 'RS256') return verify('sha256', of.signed, key, of.signature);
  if (of.alg !== 'ES256') throw new Refusal('badSignatureAlgorithm', 'ES256 or RS256');
  return verify('sha256', of.signed, { key, dsaEncoding: 'ieee-p1363' }, of.signature);
}

const decoded = (text: string): unknown =>
  JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));

/** RFC 7638: the fields a key must have, in the order of the alphabet. */
export function jwkThumbprint(jwk: Jwk): string {
  const { crv, e, kty, n, x, y } = jwk;
  const needed = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y };
  return createHash('sha256').update(JSON.stringify(needed)).digest('base64url');
}
