import type { Socket } from 'node:net';
import type { ByteStream } from './byte-stream.ts';
import { writePiece } from './piece.ts';

/** A TCP socket as a byte stream. Whoever makes the socket passes its events on to a listener. */
export class TcpStream implements ByteStream {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  write(bytes: string | Buffer): boolean {
    return typeof bytes === 'string'
      ? this.socket.write(bytes, 'latin1')
      : this.socket.write(bytes);
  }

  writePiece(bytes: Buffer, from: number, to: number): boolean {
    return writePiece(this.socket, bytes, from, to);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** An answer that ends with its connection would look whole otherwise. */
  reset(): void {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
  }

  watchPeer(): void {
    this.socket.setKeepAlive(true, 60_000);
  }

  unsentBytes(): number {
    return this.socket.writableLength;
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }
}
