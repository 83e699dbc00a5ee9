import { byte, isDigit } from './byte-classes.ts';

/** What a head says about where its body ends (RFC 9112 section 6). */
export interface Framing {
  /** Bytes; -1 when the head does not say. */
  contentLength: number;
  chunked: boolean;
}

/** More would not be exact, and nobody sends that much. */
const lengthDigits = 15;

/** Takes a Content-Length value; what is wrong with it, or ''. A second one is refused even when it says the same. */
export function takeLength(bytes: Uint8Array, from: number, to: number, into: Framing): string {
  if (into.contentLength >= 0) return 'two lengths';
  if (to === from || to - from > lengthDigits) return 'a malformed length';
  let length = 0;
  for (let at = from; at < to; at += 1) {
    if (isDigit[bytes[at]!] === 0) return 'a malformed length';
    length = length * 10 + bytes[at]! - byte.zero;
  }
  into.contentLength = length;
  return '';
}

const chunked = Buffer.from('chunked', 'latin1');

/** Takes a Transfer-Encoding value; what is wrong with it, or ''. Only `chunked`, once, is understood. */
export function takeCoding(bytes: Uint8Array, from: number, to: number, into: Framing): string {
  if (into.chunked) return 'two codings';
  if (to - from !== chunked.length) return 'a coding other than chunked';
  for (let at = 0; at < chunked.length; at += 1) {
    if ((bytes[from + at]! | 0x20) !== chunked[at]) return 'a coding other than chunked';
  }
  into.chunked = true;
  return '';
}

/** What is wrong with the framing as a whole, or ''. */
export function framingFault({ contentLength, chunked }: Framing, minorVersion: 0 | 1): string {
  if (!chunked) return '';
  if (contentLength >= 0) return 'a length and a coding';
  return minorVersion === 0 ? 'a coding in HTTP/1.0' : '';
}

/** The one header line that says it to the next server; '' for a message that says nothing. */
export function framingLine({ contentLength, chunked }: Framing): string {
  if (chunked) return 'Transfer-Encoding: chunked\r\n';
  return contentLength >= 0 ? `Content-Length: ${contentLength}\r\n` : '';
}
