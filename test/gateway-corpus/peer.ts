import { type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { head, type Meaning } from './request-case.ts';

/** Another program that reads HTTP/1.1 requests. */
export interface Peer {
  name: string;
  /** What it makes of these bytes on a connection of their own. Calls wait for each other. */
  read(bytes: Buffer): Promise<Meaning[]>;
  stop(): Promise<void>;
}

/** Notes the requests that came whole, in order, and answers each. */
export function notingListener(seen: Meaning[]): RequestListener {
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('latin1');
      if (request.complete) seen.push({ ...meaningOf(request), body });
      response.end();
    });
  };
}

/** Behind whole requests: where it is not seen as a request of its own, the peer read those otherwise. */
export const lastRequest = Buffer.from(
  head('GET /last-request HTTP/1.1', 'Host: last.test', 'Connection: close'),
);

/** Sends all bytes and no more; resolves when the peer has ended the connection, or says nothing for long. */
export function sendAll(to: NetConnectOpts, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, allowHalfOpen: true } as NetConnectOpts);
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.on('end', () => socket.end());
    socket.setTimeout(3000, () => socket.destroy());
    socket.resume();
    // An end of ours right behind the bytes would make some peers give up what they are about to answer.
    if (bytes.subarray(-lastRequest.length).equals(lastRequest)) socket.write(bytes);
    else socket.end(bytes);
  });
}

function meaningOf({ method = '', url = '', headers }: IncomingMessage): Omit<Meaning, 'body'> {
  const host = (headers.host ?? '').toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
  return { method, path: url, host };
}
