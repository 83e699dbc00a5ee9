import { createHash, randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const digits = 32;

/** `sbx_` and 32 characters of base 62 (190 bits), from the operating system's randomness. */
export function newToken(): string {
  return `sbx_${randomDigits()}`;
}

/** What is stored instead of the token. Plain SHA-256: 190 random bits need no slow hash. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function randomDigits(): string {
  let text = '';
  // 248 is the largest multiple of 62 below 256: bytes above would make some digits likelier.
  while (text.length < digits) {
    for (const byte of randomBytes(digits)) if (byte < 248) text += alphabet[byte % 62];
  }
  return text.slice(0, digits);
}
