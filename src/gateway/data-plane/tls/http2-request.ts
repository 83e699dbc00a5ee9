import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ByteStream, Peer, StreamListener } from '../forward/byte-stream.ts';
import { bodyReader } from './http2-body.ts';
import { Http2Answer } from './http2-answer.ts';
import type { Http2Head } from './http2-head.ts';
import type { StreamDoor } from './stream-door.ts';

// The front door copies what it keeps, so the head of every request can be handed over in this.
const headBytes = Buffer.allocUnsafeSlow(128 * 1024);

/** One HTTP/2 request, to the front door a connection that brings one HTTP/1.1 request. */
export class Http2Request implements ByteStream {
  /** It was ended from here, not by the client. */
  wasCut = false;
  private readonly stream: ServerHttp2Stream;
  private readonly answer: Http2Answer;
  private listener: StreamListener | null = null;
  /** The client has sent its whole body, if any. */
  private isSaid = true;
  private hasBody = false;
  private isWaiting = false;

  constructor(stream: ServerHttp2Stream, method: string) {
    this.stream = stream;
    this.answer = new Http2Answer(stream, method);
  }

  /** The whole answer has been given to the stream. */
  get isAnswered(): boolean {
    return this.answer.isWhole;
  }

  begin(door: StreamDoor, peer: Peer, head: Http2Head): void {
    const { text, body } = head;
    this.listener = door.accept(this, peer);
    if (body !== 'none') this.readBody(head);
    if (text.length > headBytes.length) {
      this.received(Buffer.from(text, 'latin1'), text.length);
    } else {
      this.received(headBytes, headBytes.write(text, 'latin1'));
    }
  }

  /** The client or the connection has gone, or all is done. Twice is safe. */
  gone(): void {
    const { listener } = this;
    this.listener = null;
    listener?.closed();
  }

  write(bytes: string | Buffer): boolean {
    if (this.stream.closed || this.stream.destroyed) return true;
    try {
      const hasRoom = this.answer.write(bytes);
      if (!hasRoom) this.awaitRoom();
      return hasRoom;
    } catch {
      // An instance's answer that HTTP/2 cannot carry (a status above 599, say) is a broken one.
      this.breakOff();
      return true;
    }
  }

  // A stream that has nothing to read is left alone, or it would not close by itself.

  pause(): void {
    if (this.hasBody && !this.wasCut) this.stream.pause();
  }

  resume(): void {
    if (this.hasBody) this.stream.resume();
  }

  /** With an answer that is not whole, the client is told so; with one that is, that it need send no more. */
  end(): void {
    if (!this.answer.end()) this.breakOff();
    else if (!this.isSaid) this.dismiss();
  }

  destroy(): void {
    if (!this.answer.isWhole) this.breakOff();
    else if (!this.isSaid) this.dismiss();
  }

  // What is written in one turn leaves together: the HTTP/2 session sees to it.
  cork(): void {}
  uncork(): void {}

  private awaitRoom(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.stream.once('drain', () => {
      this.isWaiting = false;
      this.listener?.drained();
    });
  }

  private readBody(head: Http2Head): void {
    const { stream } = this;
    this.hasBody = true;
    this.isSaid = false;
    stream.once('end', () => (this.isSaid = true));
    // An upload that is held up would not see its stream close.
    stream.once('aborted', () => {
      this.gone();
      stream.resume();
    });
    bodyReader(stream, head, (bytes, to) => this.received(bytes, to));
  }

  private received(bytes: Buffer, to: number): void {
    if (!this.wasCut) this.listener?.received(bytes, 0, to);
  }

  /** With an error, because a stream that is only closed ends its answer as if it were whole. */
  private breakOff(): void {
    this.wasCut = true;
    if (!this.stream.destroyed) this.stream.destroy(new Error('The answer broke off.'));
  }

  /** The client has its whole answer and need not send the rest of its request (RFC 9113 section 8.1). */
  private dismiss(): void {
    this.wasCut = true;
    this.stream.resume();
    if (!this.stream.destroyed) this.stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
