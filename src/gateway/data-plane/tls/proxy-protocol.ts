import { isIP } from 'node:net';
import { readBinaryHead, signature } from './binary-proxy-head.ts';
import type { ProxyHead } from './proxy-head.ts';
import { plainAddress } from './trusted-peers.ts';

export type { ProxyHead };

/** A head that has come to this many bytes and is not whole is bad. */
export const longestProxyHead = 4_096;

const textStart = Buffer.from('PROXY ', 'latin1');
/** With its CRLF. */
const longestTextHead = 107;

/**
 * Reads what a load balancer says of its client before the client's own first byte: version 1 (a line of
 * text) or 2 (binary) of the PROXY protocol. Call it from the same `from` with more bytes on `more`. Strict:
 * everything that is not exactly such a head is `bad`, as soon as that is certain.
 */
export function readProxyHead(bytes: Buffer, from: number, to: number): ProxyHead {
  if (from >= to) return 'more';
  if (bytes[from] === signature[0]) {
    return startsWith(bytes, from, to, signature) ? readBinaryHead(bytes, from, to) : 'bad';
  }
  return startsWith(bytes, from, to, textStart) ? readTextHead(bytes, from, to) : 'bad';
}

/** As far as the bytes have come. */
function startsWith(bytes: Buffer, from: number, to: number, start: Buffer): boolean {
  const length = Math.min(start.length, to - from);
  return bytes.compare(start, 0, length, from, from + length) === 0;
}

function readTextHead(bytes: Buffer, from: number, to: number): ProxyHead {
  const seen = bytes.toString('latin1', from, Math.min(to, from + longestTextHead));
  const lineEnd = seen.indexOf('\n');
  if (lineEnd < 0) return to - from >= longestTextHead ? 'bad' : 'more';
  if (seen[lineEnd - 1] !== '\r') return 'bad';
  const said = readLine(seen.slice(0, lineEnd - 1));
  return said === 'bad' ? 'bad' : { end: from + lineEnd + 1, ...said };
}

function readLine(line: string): { source: string | null } | 'bad' {
  if (line === 'PROXY UNKNOWN') return { source: null };
  // What an old sender may put behind UNKNOWN is to be passed over, but it stays a line of text.
  if (line.startsWith('PROXY UNKNOWN '))
    return /^[\x20-\x7e]+$/.test(line) ? { source: null } : 'bad';
  const words = line.split(' ');
  const [, family, source = '', target = '', sourcePort = '', targetPort = ''] = words;
  const kind = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0;
  const isWhole =
    words.length === 6 &&
    kind !== 0 &&
    isAddress(source, kind) &&
    isAddress(target, kind) &&
    isPort(sourcePort) &&
    isPort(targetPort);
  return isWhole ? { source: plainAddress(source.toLowerCase()) } : 'bad';
}

/** A zone (`fe80::1%eth0`) means something on one machine only. */
const isAddress = (text: string, kind: 4 | 6 | 0): boolean =>
  isIP(text) === kind && !text.includes('%');

const isPort = (text: string): boolean => /^(?:0|[1-9]\d{0,4})$/.test(text) && +text <= 65_535;
