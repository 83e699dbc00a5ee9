import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { CertificateShelf } from './certificate-shelf.ts';
import { handshakeRules } from './handshake-rules.ts';

/** Turns accepted connections into encrypted ones. */
export interface HandshakeServer {
  /** What was read of the socket and put back counts. A handshake that fails or takes too long ends it. */
  shake(socket: Socket): void;
  /** Leaves the shelf; handshakes under way go on. */
  close(): void;
}

interface Options {
  shelf: CertificateShelf;
  handshakeMs: number;
  secured: (socket: TLSSocket) => void;
}

/** With the shelf's certificates as they are at each handshake. */
export function handshakeServer({ shelf, handshakeMs, secured }: Options): HandshakeServer {
  const server = createServer({
    ...handshakeRules,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: handshakeMs,
    SNICallback: (name, answer) => answer(null, shelf.find(name) ?? undefined),
  });
  const takeUnnamed = () => {
    const options = shelf.unnamed();
    if (options !== null) server.setSecureContext(options);
  };
  takeUnnamed();
  const leaveShelf = shelf.watch(takeUnnamed);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    // Its `close` follows and says all there is to say.
    socket.on('error', () => {});
    secured(socket);
  });
  return {
    shake: (socket) => void server.emit('connection', socket),
    close: leaveShelf,
  };
}
