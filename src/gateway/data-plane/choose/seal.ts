import { hash, timingSafeEqual } from 'node:crypto';

/** What only a holder of the key can write under a text: HMAC-SHA256, cut to 96 bits. */
export interface Sealer {
  /** In base64url. */
  seal(text: string): string;
  isSealed(text: string, claimed: string): boolean;
}

/** Characters of a seal. */
export const sealLength = 16;

const blockBytes = 64;
const digestBytes = 32;
const mostTextBytes = 8192;

/**
 * HMAC as RFC 2104 puts it together, of two native hashes in buffers made once: that takes half the time of an
 * Hmac object, and every newcomer in a rollout gets a seal. Throws when the text has more than 8 KiB.
 */
export function sealer(key: Buffer): Sealer {
  const short = key.length > blockBytes ? hash('sha256', key, 'buffer') : key;
  const inner = padded(short, 0x36, mostTextBytes);
  const outer = padded(short, 0x5c, digestBytes);

  function seal(text: string): string {
    if (text.length * 3 > mostTextBytes) throw new Error('this text is too long to be sealed');
    const end = blockBytes + inner.write(text, blockBytes);
    outer.write(hash('sha256', inner.subarray(0, end), 'latin1'), blockBytes, 'latin1');
    return hash('sha256', outer, 'base64url').slice(0, sealLength);
  }

  return {
    seal,
    isSealed(text, claimed) {
      if (claimed.length !== sealLength) return false;
      const right = Buffer.from(seal(text), 'latin1');
      return timingSafeEqual(right, Buffer.from(claimed, 'latin1'));
    },
  };
}

/** The key as a block mixed with a constant, and room for what follows. */
function padded(key: Buffer, mixedWith: number, room: number): Buffer {
  const block = Buffer.alloc(blockBytes + room);
  for (let at = 0; at < blockBytes; at++) block[at] = (key[at] ?? 0) ^ mixedWith;
  return block;
}
