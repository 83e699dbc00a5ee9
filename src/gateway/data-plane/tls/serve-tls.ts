import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../forward/byte-stream.ts';
import { awaitProxyHead } from './await-proxy-head.ts';
import type { CertificateShelf } from './certificate-shelf.ts';
import { handshakeServer } from './handshake-server.ts';
import { http2Connections } from './http2-connections.ts';
import { type TlsLimits, usualTlsLimits } from './limits.ts';
import { serveHttp1 } from './serve-http1.ts';
import type { StreamDoor } from './stream-door.ts';
import { plainAddress, type TrustedPeers } from './trusted-peers.ts';

export interface TlsParts {
  /** An inherited socket's descriptor, or a server made with `allowHalfOpen` and `noDelay`. */
  listener: { fd: number } | Server;
  door: StreamDoor;
  shelf: CertificateShelf;
  trust: TrustedPeers;
  /** Every connection begins with a PROXY head from a trusted neighbour; others are closed. */
  proxyProtocol?: boolean;
  limits?: Readonly<TlsLimits>;
}

export interface TlsServing {
  /** Accepts no more; what is open stays. Repeatable. */
  stopAccepting(): void;
  /** HTTP/2 clients are told to go; those of HTTP/1.1 hear it from the front door. Repeatable. */
  retire(): void;
  /** Everything at once. Repeatable. */
  close(): void;
  /** Connections now, unfinished handshakes included. */
  connections(): number;
}

/** Lets encrypted connections in, HTTP/1.1 and HTTP/2, as client and server agree by ALPN. */
export function serveTls({ limits = usualTlsLimits, ...parts }: TlsParts): TlsServing {
  const { door, shelf, trust } = parts;
  const arrivals = new Arrivals();
  const http2 = http2Connections(door, limits);
  const handshakes = handshakeServer({
    shelf,
    handshakeMs: limits.handshakeMs,
    secured(socket) {
      const peer = peerOf(arrivals.addressOf(socket), trust);
      if (socket.alpnProtocol === 'h2') http2.serve(socket, { ...peer, protocol: 'h2' });
      else serveHttp1(socket, peer, door);
    },
  });
  const listener = listen(parts.listener, (socket) => {
    if (arrivals.sockets.size >= limits.connections) {
      socket.destroy();
      return;
    }
    arrivals.add(socket);
    if (parts.proxyProtocol !== true) handshakes.shake(socket);
    else if (!trust.isTrusted(socket.remoteAddress ?? '')) socket.destroy();
    else {
      awaitProxyHead(socket, { withinMs: limits.proxyHeadMs }, (source) => {
        if (source !== null) arrivals.comesFrom(socket, source);
        handshakes.shake(socket);
      });
    }
  });
  return {
    stopAccepting: listener.stop,
    retire: http2.retire,
    close() {
      listener.stop();
      handshakes.close();
      http2.close();
      for (const socket of arrivals.sockets) socket.destroy();
    },
    connections: () => arrivals.sockets.size,
  };
}

const peerOf = (address: string, trust: TrustedPeers): Peer => ({
  address,
  secure: true,
  isTrusted: trust.isTrusted(address),
  protocol: 'http/1.1',
});

/** Of connections the system has taken and we not yet. */
const backlog = 4_096;

interface Listener {
  stop(): void;
}

function listen(given: { fd: number } | Server, accept: (socket: Socket) => void): Listener {
  const server = 'fd' in given ? createServer({ allowHalfOpen: true, noDelay: true }) : given;
  server.on('connection', accept);
  if ('fd' in given) server.listen({ ...given, backlog });
  return {
    stop() {
      server.off('connection', accept);
      if (server.listening) server.close();
    },
  };
}

/** The connections under an encrypted one, and where load balancers say that theirs come from. */
class Arrivals {
  readonly sockets = new Set<Socket>();
  private readonly sources = new Map<string, string>();

  add(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {});
    const key = connectionKey(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.sources.delete(key);
    });
  }

  comesFrom(socket: Socket, source: string): void {
    this.sources.set(connectionKey(socket), source);
  }

  addressOf(socket: TLSSocket): string {
    return this.sources.get(connectionKey(socket)) ?? plainAddress(socket.remoteAddress ?? '');
  }
}

/** The same for a connection and the encrypted one made of it, which does not tell its origin. */
const connectionKey = (socket: Socket): string =>
  `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
