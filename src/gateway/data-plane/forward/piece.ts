import type { Socket } from 'node:net';
import { readBuffer } from './read-buffer.ts';

/** Up to here, copying into a string is cheaper than a buffer of its own, and it can share a write with a head. */
export const shortPieceBytes = 16_384;

/** These bytes as something a stream may keep: read buffers are used again as soon as their reader returns. */
export function piece(bytes: Buffer, from: number, to: number): string | Buffer {
  return to - from <= shortPieceBytes
    ? bytes.toString('latin1', from, to)
    : copyOf(bytes, from, to);
}

export function copyOf(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(to - from);
  bytes.copy(copy, 0, from, to);
  return copy;
}

/** Copies that have been sent and may be overwritten. New memory for each would cost more than the copying. */
const used: Buffer[] = [];
const mostUsed = 64;

/** Sends a copy of these bytes. False: the socket has enough for now. */
export function writePiece(socket: Socket, bytes: Buffer, from: number, to: number): boolean {
  const size = to - from;
  if (size <= shortPieceBytes) return socket.write(bytes.toString('latin1', from, to), 'latin1');
  if (size > readBuffer.length) return socket.write(copyOf(bytes, from, to));
  const copy = used.pop() ?? Buffer.allocUnsafeSlow(readBuffer.length);
  bytes.copy(copy, 0, from, to);
  // Called when nothing reads the copy any more, also when the socket was closed before it was sent.
  return socket.write(copy.subarray(0, size), () => {
    if (used.length < mostUsed) used.push(copy);
  });
}
