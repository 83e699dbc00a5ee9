import { randomFillSync } from 'node:crypto';

/** Hexadecimal digits that one request needs: 16 for its name, 32 for a trace, 16 for the trace's first span. */
const digits = 64;
const pool = Buffer.allocUnsafeSlow((digits / 2) * 128);
let hex = '';
let at = 0;

/** As many fresh random digits as the names of one request in logs and traces take. */
export function newIds(): string {
  // Many at once: turning bytes into digits costs far more per call than per byte.
  if (at === hex.length) {
    hex = randomFillSync(pool).toString('hex');
    at = 0;
  }
  at += digits;
  return hex.substring(at - digits, at);
}

export const requestIdOf = (ids: string): string => ids.substring(0, 16);

/** W3C Trace Context, level 1: a trace that begins here. */
export const traceparentOf = (ids: string): string =>
  `00-${ids.substring(16, 48)}-${ids.substring(48, 64)}-01`;
