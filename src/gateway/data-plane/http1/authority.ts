import { byte, isAddress, isDigit, isLabel } from './byte-classes.ts';
import { authorityBytes } from './limits.ts';

export interface Authority {
  /** As the client wrote it. */
  written: string;
  /** Lower case, without port and last dot: what routes are found by. An IPv6 address keeps its brackets. */
  host: string;
}

/**
 * The host and port that stand from `from` to before `to`; null when RFC 3986 or the domain name system would
 * not call it that: user names, empty labels, percent signs, ports beyond 65535. The strings of the same bytes
 * are mostly the same objects, so that a look-up by host finds its hash ready.
 */
export function authority(bytes: Buffer, from: number, to: number): Authority | null {
  const length = to - from;
  if (length <= 0 || length > authorityBytes) return null;
  const slot = slotOf(bytes, from, to);
  const known = recent[slot]!;
  if (known.bytes.length === length && isSame(known.bytes, bytes, from)) return known.authority;
  const portFrom = hostEnd(bytes, from, to);
  if (portFrom < 0 || !isPort(bytes, portFrom, to)) return null;
  const written = bytes.toString('latin1', from, to);
  const hostTo = bytes[portFrom - 1] === byte.dot ? portFrom - 1 : portFrom;
  const host = written.slice(0, hostTo - from).toLowerCase();
  const found = { written, host };
  recent[slot] = { bytes: Uint8Array.from(bytes.subarray(from, to)), authority: found };
  return found;
}

/** The last authority of each slot. Strangers can only push others out, and each entry is short. */
const recent: { bytes: Uint8Array; authority: Authority }[] = Array.from({ length: 256 }, () => ({
  bytes: new Uint8Array(0),
  authority: { written: '', host: '' },
}));

function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = to - from;
  for (let at = from; at < to; at += 1) sum = (sum * 31 + bytes[at]!) | 0;
  return sum & 255;
}

function isSame(known: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < known.length; at += 1) {
    if (known[at] !== bytes[from + at]) return false;
  }
  return true;
}

/** Where the host ends and a port may begin; -1 when it is none. */
function hostEnd(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] === byte.openBracket) return bracketEnd(bytes, from + 1, to);
  let labelFrom = from;
  for (let at = from; ; at += 1) {
    const each = at < to ? bytes[at]! : byte.colon;
    if (isLabel[each] === 1) continue;
    // The root's empty label may stand last: "shop.test." is a name.
    if (at === labelFrom && (at === from || each === byte.dot)) return -1;
    if (each === byte.colon) return at;
    if (each !== byte.dot) return -1;
    labelFrom = at + 1;
  }
}

function bracketEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let colons = 0;
  for (; at < to && isAddress[bytes[at]!] === 1; at += 1) {
    if (bytes[at] === byte.colon) colons += 1;
  }
  return at < to && bytes[at] === byte.closeBracket && colons >= 2 && at - from <= 45 ? at + 1 : -1;
}

function isPort(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  if (bytes[from] !== byte.colon || to - from > 6) return false;
  let port = 0;
  for (let at = from + 1; at < to; at += 1) {
    if (isDigit[bytes[at]!] === 0) return false;
    port = port * 10 + bytes[at]! - byte.zero;
  }
  return port <= 65_535;
}
