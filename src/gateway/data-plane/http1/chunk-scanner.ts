import { byte, hexValue, isToken, isValue } from './byte-classes.ts';
import { forbiddenTrailers } from './forbidden-trailers.ts';
import { headerNumber } from './header-names.ts';
import { chunkLimits } from './limits.ts';

/** Gets the payload of chunks, in pieces, in order. */
export type PayloadSink = (bytes: Buffer, from: number, to: number) => void;

const inSize = 0;
const inExtension = 1;
const atSizeEnd = 2;
const inPayload = 3;
const atPayloadReturn = 4;
const atPayloadEnd = 5;
const atLine = 6;
const inName = 7;
const inTrailer = 8;
const atTrailerEnd = 9;
const atEnd = 10;

/** Longer names are allowed and none of the forbidden. */
const longestName = 32;

/**
 * Follows one chunked body (RFC 9112 section 7.1) through the pieces it comes in, without changing a byte:
 * what it counts can be forwarded as it is. Strict as the head parser: no bare line feed, no white space in
 * the size, no trailer that would be a different message if somebody took it for a header.
 */
export class ChunkScanner {
  /** The whole body has been seen, trailers and all. */
  done = false;
  /** It is malformed: neither this connection nor what was forwarded of the message can be continued. */
  bad = false;
  /** Bytes of payload so far, without sizes, extensions and trailers. */
  payloadBytes = 0;
  /** For who needs the payload itself (HTTP/1.0, HTTP/2). Stays through `reset`. */
  sink: PayloadSink | null;

  private state = inSize;
  private left = 0;
  private digits = 0;
  private extensionBytes = 0;
  private trailerBytes = 0;
  private nameLength = 0;
  private readonly name = new Uint8Array(longestName);

  constructor(sink: PayloadSink | null = null) {
    this.sink = sink;
  }

  /** Ready for the next body. */
  reset(): void {
    this.done = false;
    this.bad = false;
    this.payloadBytes = 0;
    this.state = inSize;
    this.left = 0;
    this.digits = 0;
    this.extensionBytes = 0;
    this.trailerBytes = 0;
  }

  /** How many of the bytes belong to this body: all, unless it is `done` or `bad` before `to`. */
  scan(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && !this.done && !this.bad) {
      if (this.state === inPayload) at = this.skipPayload(bytes, at, to);
      else if (this.state < inPayload) at += this.stepSize(bytes[at]!);
      else at += this.state < atLine ? this.stepEnd(bytes[at]!) : this.stepTrailer(bytes[at]!);
    }
    return at - from;
  }

  private skipPayload(bytes: Buffer, at: number, to: number): number {
    const end = Math.min(to, at + this.left);
    this.sink?.(bytes, at, end);
    this.left -= end - at;
    this.payloadBytes += end - at;
    if (this.left === 0) this.state = atPayloadReturn;
    return end;
  }

  // Each step takes one byte and answers 1, or 0 when that byte is wrong.

  private stepSize(each: number): 0 | 1 {
    if (this.state === atSizeEnd) return this.expect(each, byte.lineFeed, this.endSize());
    if (this.state === inExtension) return this.stepExtension(each);
    const value = hexValue[each]!;
    if (value < 16) {
      this.digits += 1;
      this.left = this.left * 16 + value;
      return this.digits <= chunkLimits.sizeDigits ? 1 : this.fail();
    }
    if (this.digits === 0) return this.fail();
    if (each === byte.semicolon) this.state = inExtension;
    else return this.expect(each, byte.carriageReturn, atSizeEnd);
    return 1;
  }

  private endSize(): number {
    return this.left === 0 ? atLine : inPayload;
  }

  private stepExtension(each: number): 0 | 1 {
    if (isValue[each] === 0) return this.expect(each, byte.carriageReturn, atSizeEnd);
    this.extensionBytes += 1;
    return this.extensionBytes <= chunkLimits.extensionBytes ? 1 : this.fail();
  }

  private stepEnd(each: number): 0 | 1 {
    if (this.state === atPayloadReturn) {
      return this.expect(each, byte.carriageReturn, atPayloadEnd);
    }
    this.digits = 0;
    return this.expect(each, byte.lineFeed, inSize);
  }

  private stepTrailer(each: number): 0 | 1 {
    this.trailerBytes += 1;
    if (this.trailerBytes > chunkLimits.trailerBytes) return this.fail();
    switch (this.state) {
      case atLine:
        this.nameLength = 0;
        if (each !== byte.carriageReturn) return this.stepName(each);
        this.state = atEnd;
        return 1;
      case inName:
        return this.stepName(each);
      case inTrailer:
        return isValue[each] === 1 ? 1 : this.expect(each, byte.carriageReturn, atTrailerEnd);
      case atTrailerEnd:
        return this.expect(each, byte.lineFeed, atLine);
      default:
        this.done = each === byte.lineFeed;
        return this.done ? 1 : this.fail();
    }
  }

  private stepName(each: number): 0 | 1 {
    if (isToken[each] === 1) {
      if (this.nameLength < longestName) this.name[this.nameLength] = each;
      this.nameLength += 1;
      this.state = inName;
      return 1;
    }
    const length = Math.min(this.nameLength, longestName);
    if (length === 0 || headerNumber(forbiddenTrailers, this.name, 0, length) !== 0) {
      return this.fail();
    }
    return this.expect(each, byte.colon, inTrailer);
  }

  private expect(each: number, wanted: number, next: number): 0 | 1 {
    if (each !== wanted) return this.fail();
    this.state = next;
    return 1;
  }

  private fail(): 0 {
    this.bad = true;
    return 0;
  }
}
