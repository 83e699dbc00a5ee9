import { createHash, randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Twelve characters (60 bits) of Crockford's base 32, lower case: safe in DNS labels, file names and SQL names. */
export function newId(): string {
  return Array.from(randomBytes(12), (byte) => alphabet[byte % 32]).join('');
}

/** The first `length` hex digits of a text's SHA-256: a short, stable name for it. */
export function shortHash(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
