import {
  parseRequestHead,
  type RequestHead,
  requestHead,
} from '../../src/gateway/data-plane/http1/request-head.ts';
import { readChunks, readLength } from './read-body.ts';
import type { Ending, Meaning } from './request-case.ts';

export interface ReadRequests {
  means: Meaning[];
  ends: Ending;
  /** What goes upstream for each of the requests, and at last for one that is not whole. */
  upstream: Buffer[];
  /** Where each of those goes; '' for HTTP/1.0 without Host. */
  hosts: string[];
  /** Of a refusal. */
  why: string;
  /** How much of the bytes has a meaning. */
  used: number;
}

const head = requestHead();

/** What the data plane makes of everything that came on one connection. */
export function readRequests(bytes: Buffer): ReadRequests {
  const read: ReadRequests = {
    means: [],
    ends: 'all read',
    upstream: [],
    hosts: [],
    why: '',
    used: 0,
  };
  while (read.used < bytes.length) {
    const end = parseRequestHead(bytes, read.used, bytes.length, head);
    if (end === 0) return { ...read, ends: 'incomplete' };
    if (end < 0) return { ...read, ends: head.refusal, why: head.why };
    const body = head.chunked
      ? readChunks(bytes, end)
      : readLength(bytes, end, Math.max(head.contentLength, 0));
    read.upstream.push(Buffer.concat([upstreamHead(head), bytes.subarray(end, body.to)]));
    read.hosts.push(head.host);
    read.used = body.to;
    if (body.state !== 'whole') return { ...read, ends: body.state };
    const { method, path, host } = head;
    read.means.push({ method, path, host, body: body.payload });
    if (head.upgrade !== '') return { ...read, ends: 'upgrade' };
    if (head.close) return { ...read, ends: 'closed' };
  }
  return read;
}

/** The least that a proxy writes: no header of its own but Host. */
function upstreamHead({ method, path, authority, kept }: RequestHead): Buffer {
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: ${authority}\r\n${kept}\r\n`, 'latin1');
}
