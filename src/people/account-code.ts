import { createHash, randomInt } from 'node:crypto';

/** Letters and digits that nobody takes for another: no I, L, O, 0 and 1. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const length = 8;

/** About 40 bits from the operating system's randomness: enough for ten minutes and five tries. */
export const newCode = (): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** What is stored instead of the code. Small letters and what people put between them do not matter. */
export function hashCode(code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return createHash('sha256').update(plain).digest();
}
