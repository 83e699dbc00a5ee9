/** A client's connection as the forwarding side sees it: a TCP socket, a TLS socket, or one HTTP/2 stream in disguise. */
export interface ByteStream {
  /** False: its buffer is full, `drained` will be called. Strings are latin1. */
  write(bytes: string | Buffer): boolean;
  /** As `write` of a copy of these bytes, at less cost. Not there: make one. */
  writePiece?(bytes: Buffer, from: number, to: number): boolean;
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Sends what was written, then ends its own side. */
  end(): void;
  /** At once; what was written and is still here is not sent any more. */
  destroy(): void;
  /** As `destroy`, but so that the client cannot take what it got for a whole answer. Not there: `destroy` does. */
  reset?(): void;
  /** Asks the client's host now and then whether it is still there (TCP keep-alive). Not there: nobody does. */
  watchPeer?(): void;
  /** Bytes that were written and are still here. Not there: nobody knows. */
  unsentBytes?(): number;
  /** So that head and first bytes go in one packet. */
  cork(): void;
  uncork(): void;
}

/** What the owner of a byte stream tells the connection that was made for it. */
export interface StreamListener {
  /** `bytes` may be reused by the caller after the call returns: what is kept must be copied. */
  received(bytes: Buffer, from: number, to: number): void;
  /** The client has said everything it will say. */
  ended(): void;
  drained(): void;
  /** No more events follow. */
  closed(): void;
}

/** Where a connection comes from. */
export interface Peer {
  /** The client's address without a port: from the socket, or from a PROXY header that may be believed. */
  address: string;
  secure: boolean;
  /** May set X-Forwarded-* itself. */
  isTrusted: boolean;
  /** The protocol the client speaks, for the log. */
  protocol: 'http/1.1' | 'h2';
}
