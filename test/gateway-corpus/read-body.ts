import { ChunkScanner } from '../../src/gateway/data-plane/http1/chunk-scanner.ts';

export interface ReadBody {
  payload: string;
  /** Where it ends in the bytes. */
  to: number;
  state: 'whole' | 'incomplete' | 'broken body';
}

export function readLength(bytes: Buffer, from: number, length: number): ReadBody {
  const to = Math.min(bytes.length, from + length);
  const payload = bytes.toString('latin1', from, to);
  return { payload, to, state: to - from < length ? 'incomplete' : 'whole' };
}

export function readChunks(bytes: Buffer, from: number): ReadBody {
  const pieces: string[] = [];
  const scanner = new ChunkScanner((piece, start, end) =>
    pieces.push(piece.toString('latin1', start, end)),
  );
  const to = from + scanner.scan(bytes, from, bytes.length);
  const unfinished = scanner.bad ? 'broken body' : 'incomplete';
  return { payload: pieces.join(''), to, state: scanner.done ? 'whole' : unfinished };
}
