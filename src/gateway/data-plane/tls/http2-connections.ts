import { performServerHandshake } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../forward/byte-stream.ts';
import { Http2Connection } from './http2-connection.ts';
import type { TlsLimits } from './limits.ts';
import type { StreamDoor } from './stream-door.ts';

/** The HTTP/2 connections of one listener. */
export interface Http2Connections {
  /** From now on the socket is an HTTP/2 connection; its requests come to the door. */
  serve(socket: TLSSocket, peer: Peer): void;
  /** Clients are told to send their next request elsewhere; what is open is finished. Repeatable. */
  retire(): void;
  /** At once. */
  close(): void;
}

const sweepMs = 1_000;

export function http2Connections(door: StreamDoor, limits: Readonly<TlsLimits>): Http2Connections {
  const open = new Set<Http2Connection>();
  const options = sessionOptions(limits);
  let isRetiring = false;
  const sweep = setInterval(() => {
    const nowMs = performance.now();
    for (const each of open) each.leaveIfIdle(nowMs);
  }, sweepMs).unref();

  return {
    serve(socket, peer) {
      const session = performServerHandshake(socket, options);
      session.setLocalWindowSize(limits.connectionWindowBytes);
      const connection = new Http2Connection({ session, socket, door, peer, limits });
      open.add(connection);
      session.once('close', () => open.delete(connection));
      if (isRetiring) connection.retire();
    },
    retire() {
      isRetiring = true;
      for (const each of open) each.retire();
    },
    close() {
      clearInterval(sweep);
      for (const each of open) each.destroy();
    },
  };
}

type SessionOptions = Parameters<typeof performServerHandshake>[1];

const sessionOptions = (limits: Readonly<TlsLimits>): NonNullable<SessionOptions> => ({
  settings: {
    maxConcurrentStreams: limits.streams,
    initialWindowSize: limits.streamWindowBytes,
    maxHeaderListSize: limits.headerListBytes,
    enablePush: false,
  },
  maxHeaderListPairs: 140,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  streamResetBurst: limits.resets.burst,
  streamResetRate: limits.resets.perSecond,
});
