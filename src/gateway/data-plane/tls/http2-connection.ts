import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Peer } from '../forward/byte-stream.ts';
import { Allowance } from './allowance.ts';
import { type Http2Head, http2Head, translateHead } from './http2-head.ts';
import { Http2Request } from './http2-request.ts';
import type { TlsLimits } from './limits.ts';
import type { StreamDoor } from './stream-door.ts';

export interface Http2Parts {
  session: ServerHttp2Session;
  socket: TLSSocket;
  door: StreamDoor;
  peer: Peer;
  limits: Readonly<TlsLimits>;
}

/** One record serves all connections: a head is translated and handed over before the next comes. */
const head: Http2Head = http2Head();

/** One client's HTTP/2 connection: makes a request of each stream and ends the connection of who misuses it. */
export class Http2Connection {
  private readonly parts: Http2Parts;
  private readonly resets: Allowance;
  private readonly controlFrames: Allowance;
  private open = 0;
  private idleSinceMs = performance.now();
  private farewell: NodeJS.Timeout | null = null;

  constructor(parts: Http2Parts) {
    this.parts = parts;
    const { session, socket, limits } = parts;
    this.resets = new Allowance(limits.resets);
    this.controlFrames = new Allowance(limits.controlFrames);
    session.on('stream', (stream, _fields, flags, raw) => this.begin(stream, flags, raw));
    session.on('ping', () => this.spend(this.controlFrames));
    session.on('remoteSettings', () => this.spend(this.controlFrames));
    // What a client breaks ends with its connection; nobody has to know.
    session.on('error', () => {});
    session.on('frameError', () => this.spend(this.resets));
    session.once('close', () => clearTimeout(this.farewell ?? undefined));
    // Who has stopped sending could not even say how much of an answer it has room for.
    socket.once('end', () => socket.destroy());
  }

  /**
   * The client is told which of its requests are still answered; it may send the others again elsewhere (RFC
   * 9113 section 6.8). Only when it has had time to hear that does an unused connection end. Repeatable.
   */
  retire(): void {
    const { session, limits } = this.parts;
    if (this.farewell !== null || session.closed || session.destroyed) return;
    session.goaway(constants.NGHTTP2_NO_ERROR);
    this.farewell = setTimeout(() => session.close(), limits.farewellMs).unref();
  }

  /** Without an open request for too long: first kindly, and when that does not help, at once. */
  leaveIfIdle(nowMs: number): void {
    const { session, limits } = this.parts;
    const idleMs = nowMs - this.idleSinceMs;
    if (this.open > 0 || idleMs < limits.idleMs) return;
    if (session.closed) this.end(constants.NGHTTP2_NO_ERROR);
    else session.close();
  }

  destroy(): void {
    this.parts.socket.destroy();
  }

  private begin(stream: ServerHttp2Stream, flags: number, raw: string[] = []): void {
    // Every way a stream can fail ends with its `close`.
    stream.on('error', () => {});
    const endsHere = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (!translateHead(raw, endsHere, head))
      return this.refuse(stream, constants.NGHTTP2_PROTOCOL_ERROR);
    if (stream.destroyed || stream.closed) return this.spend(this.resets);
    this.open += 1;
    const request = new Http2Request(stream, head.method);
    stream.once('close', () => this.ended(stream, request));
    request.begin(this.parts.door, this.parts.peer, head);
  }

  private ended(stream: ServerHttp2Stream, request: Http2Request): void {
    this.open -= 1;
    this.idleSinceMs = performance.now();
    request.gone();
    const wasGivenUp = stream.rstCode !== constants.NGHTTP2_NO_ERROR || !request.isAnswered;
    if (wasGivenUp && !request.wasCut) this.spend(this.resets);
  }

  private refuse(stream: ServerHttp2Stream, code: number): void {
    stream.close(code);
    this.spend(this.resets);
  }

  private spend(allowance: Allowance): void {
    const { session } = this.parts;
    if (!allowance.take() && !session.destroyed) this.end(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /** A session waits for its last write, and a client that reads nothing would let it wait for ever. */
  private end(code: number): void {
    const { session, socket, limits } = this.parts;
    session.destroy(new Error('The gateway has ended the connection.'), code);
    const patience = setTimeout(() => socket.destroy(), limits.farewellMs);
    socket.once('close', () => clearTimeout(patience));
  }
}
