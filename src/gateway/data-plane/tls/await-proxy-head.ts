import type { Socket } from 'node:net';
import { longestProxyHead, readProxyHead } from './proxy-protocol.ts';

/**
 * Reads the PROXY head in front of everything else, from a socket nobody has read from, and leaves what
 * comes behind it unread. `source` as in the head. A socket without a good one, in time, is destroyed.
 */
export function awaitProxyHead(
  socket: Socket,
  { withinMs }: { withinMs: number },
  good: (source: string | null) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), withinMs);
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', read);
  };
  const read = () => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    seen = Buffer.concat([seen, bytes]);
    const head = readProxyHead(seen, 0, seen.length);
    if (head === 'more' && seen.length < longestProxyHead) return;
    stop();
    if (head === 'more' || head === 'bad') {
      socket.destroy();
      return;
    }
    if (head.end < seen.length) socket.unshift(seen.subarray(head.end));
    good(head.source);
  };
  socket.on('readable', read);
  socket.once('end', () => socket.destroy());
  socket.once('close', stop);
}
