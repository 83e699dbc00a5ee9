import type { TLSSocket } from 'node:tls';
import type { ByteStream, Peer } from '../forward/byte-stream.ts';
import type { StreamDoor } from './stream-door.ts';

/** Lets HTTP/1.1 on an encrypted connection in. */
export function serveHttp1(socket: TLSSocket, peer: Peer, door: StreamDoor): void {
  const listener = door.accept(new TlsStream(socket), peer);
  socket.on('data', (bytes: Buffer) => listener.received(bytes, 0, bytes.length));
  socket.on('end', () => listener.ended());
  socket.on('drain', () => listener.drained());
  socket.once('close', () => listener.closed());
}

class TlsStream implements ByteStream {
  private readonly socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.socket = socket;
  }

  write(bytes: string | Buffer): boolean {
    return typeof bytes === 'string'
      ? this.socket.write(bytes, 'latin1')
      : this.socket.write(bytes);
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

  /** No close_notify is sent, so an answer that was cut off does not look whole. */
  destroy(): void {
    this.socket.destroy();
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }
}
