/** What one worker grants to encrypted connections, beyond what the front door grants to every request. */
export interface TlsLimits {
  /** From the connection to the end of its handshake. */
  handshakeMs: number;
  /** For the whole PROXY head, where one is wanted. */
  proxyHeadMs: number;
  /** How long an HTTP/2 connection without an open request is kept. */
  idleMs: number;
  /** Connections at once, unfinished handshakes included; others are turned away. */
  connections: number;
  /** Requests at once on one HTTP/2 connection. */
  streams: number;
  headerListBytes: number;
  /** What a client may send of one request's body, and of all of one connection's, before it is read on. */
  streamWindowBytes: number;
  connectionWindowBytes: number;
  /** Requests a client gives up, and frames it spoils, on one connection: so many at once, so many a second. */
  resets: Allowed;
  /** Its pings and settings. */
  controlFrames: Allowed;
  /** How long an unused connection that is to end waits for its client to hear of it. */
  farewellMs: number;
}

export interface Allowed {
  burst: number;
  perSecond: number;
}

export const usualTlsLimits: Readonly<TlsLimits> = {
  handshakeMs: 10_000,
  proxyHeadMs: 5_000,
  idleMs: 75_000,
  connections: 50_000,
  streams: 100,
  headerListBytes: 32 * 1024,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
  resets: { burst: 200, perSecond: 20 },
  controlFrames: { burst: 100, perSecond: 10 },
  farewellMs: 1_000,
};
