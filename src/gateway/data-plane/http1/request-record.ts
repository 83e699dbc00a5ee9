import type { Framing } from './framing.ts';
import type { TargetForm } from './request-line.ts';

/** What one request head means. The object is used again for the next head: take what you need at once. */
export interface RequestHead extends Framing {
  /** After a negative answer: the status to send (400, 405, 414, 417, 431, 501, 505), and why, for the log. */
  refusal: number;
  why: string;

  /** As written: methods know upper and lower case. */
  method: string;
  target: TargetForm;
  /** Path and query as the client wrote them, or `*`: what goes upstream. */
  path: string;
  /** Lower case, without port and last dot; '' when HTTP/1.0 names none. An absolute target outranks Host. */
  host: string;
  /** Of the same source, as the client wrote it: what goes upstream as Host. */
  authority: string;
  minorVersion: 0 | 1;
  /** A body of one byte or more, or one of unknown length, follows. */
  hasBody: boolean;
  /** Whether the connection serves another request after this one, from version and Connection. */
  keepAlive: boolean;
  /** Always the opposite. */
  close: boolean;
  /** The protocol asked for, as written; '' unless this is a GET without a body that may leave HTTP. */
  upgrade: string;
  expectContinue: boolean;
  /**
   * The lines to forward, each with its end. Not in it: what ends at this hop, what Connection nominates, what
   * the gateway says itself (Host, Forwarded and its kin, X-Request-Id, traceparent, `internalHeaders`), and
   * twins of those with underscores. In it: the one framing line; Trailer with a chunked body; tracestate with
   * a valid traceparent; Cookie lines.
   */
  kept: string;

  /** Of several Cookie lines, joined as one. */
  cookie: string;
  userAgent: string;
  /** These three: of several lines, joined by commas. Only a trusted peer's are worth anything. */
  forwardedFor: string;
  forwardedProto: string;
  forwarded: string;
  /** X-Request-Id when it is one line of 1 to 128 harmless characters, else ''. */
  requestId: string;
  /** When it is one line in W3C's form, else ''. */
  traceparent: string;
  /** The value of x-signalbox-visit when it is one line, else ''. */
  signedVisit: string;
}

export const requestHead = (): RequestHead => ({
  refusal: 0,
  why: '',
  method: '',
  target: 'origin',
  path: '',
  host: '',
  authority: '',
  minorVersion: 1,
  contentLength: -1,
  chunked: false,
  hasBody: false,
  keepAlive: true,
  close: false,
  upgrade: '',
  expectContinue: false,
  kept: '',
  cookie: '',
  userAgent: '',
  forwardedFor: '',
  forwardedProto: '',
  forwarded: '',
  requestId: '',
  traceparent: '',
  signedVisit: '',
});

/** Back to a head that says nothing, all but what every parse sets anew. */
export function resetRequest(head: RequestHead): void {
  head.contentLength = -1;
  head.chunked = false;
  head.upgrade = '';
  head.expectContinue = false;
  head.cookie = '';
  head.userAgent = '';
  head.forwardedFor = '';
  head.forwardedProto = '';
  head.forwarded = '';
  head.requestId = '';
  head.traceparent = '';
  head.signedVisit = '';
}
