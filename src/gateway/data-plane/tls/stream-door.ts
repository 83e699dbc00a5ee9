import type { ByteStream, Peer, StreamListener } from '../forward/byte-stream.ts';

/** The part of the front door that connections of every kind come through. */
export interface StreamDoor {
  accept(stream: ByteStream, peer: Peer): StreamListener;
}
