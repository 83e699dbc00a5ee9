import { crc32c } from './crc32c.ts';
import type { ProxyHead } from './proxy-head.ts';
import { plainAddress } from './trusted-peers.ts';

/** What every head of version 2 begins with. */
export const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

const fixedBytes = 16;
/** Of addresses and additions together. Real ones have some hundreds at most. */
const longestRest = 4_080;

const localCommand = 0x20;
const proxyCommand = 0x21;
/** Addresses of a kind: how many bytes both and both ports take. */
const addressBytes: Readonly<Record<number, number>> = { 0x00: 0, 0x11: 12, 0x21: 36, 0x31: 216 };
const checksumType = 0x03;

/** The signature has been compared, as far as it has come. */
export function readBinaryHead(bytes: Buffer, from: number, to: number): ProxyHead {
  if (to - from > 12 && !isCommand(bytes[from + 12]!)) return 'bad';
  if (to - from > 13 && addressBytes[bytes[from + 13]!] === undefined) return 'bad';
  if (to - from < fixedBytes) return 'more';
  const length = bytes.readUInt16BE(from + 14);
  if (length > longestRest) return 'bad';
  const end = from + fixedBytes + length;
  // A head that speaks of the load balancer itself (its health checks) may carry anything.
  if (bytes[from + 12] === localCommand) return to < end ? 'more' : { end, source: null };
  const additions = from + fixedBytes + addressBytes[bytes[from + 13]!]!;
  if (additions > end) return 'bad';
  if (to < end) return 'more';
  if (!additionsHold(bytes, from, additions, end)) return 'bad';
  return { end, source: sourceAddress(bytes, from) };
}

const isCommand = (value: number): boolean => value === localCommand || value === proxyCommand;

/** Only whole additions up to the very end and, where there is one, the right checksum. */
function additionsHold(bytes: Buffer, from: number, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (at + 3 > end) return false;
    const length = bytes.readUInt16BE(at + 1);
    const next = at + 3 + length;
    if (next > end) return false;
    if (bytes[at] === checksumType && !(length === 4 && isIntact(bytes, from, at + 3, end))) {
      return false;
    }
    at = next;
  }
  return true;
}

/** The checksum is that of the whole head with four zeros in its own place. */
function isIntact(bytes: Buffer, from: number, at: number, end: number): boolean {
  const head = Buffer.from(bytes.subarray(from, end));
  head.fill(0, at - from, at - from + 4);
  return crc32c(head) === bytes.readUInt32BE(at);
}

function sourceAddress(bytes: Buffer, from: number): string | null {
  const at = from + fixedBytes;
  switch (bytes[from + 13]) {
    case 0x11:
      return bytes.subarray(at, at + 4).join('.');
    case 0x21:
      return sixAddress(bytes, at);
    default:
      return null;
  }
}

/** As every other part writes it (RFC 5952): the URL parser knows that form. */
function sixAddress(bytes: Buffer, at: number): string {
  const mapped = bytes.subarray(at, at + 12).toString('hex') === '00000000000000000000ffff';
  if (mapped) return plainAddress(`::ffff:${bytes.subarray(at + 12, at + 16).join('.')}`);
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((each) => bytes.readUInt16BE(at + each));
  const text = groups.map((group) => group.toString(16)).join(':');
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}
