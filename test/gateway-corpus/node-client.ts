import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { AnswerMeaning } from './answer-case.ts';

/** A client that reads answers. */
export interface ClientPeer {
  /** What it makes of these bytes as the answer to a request with this method: interim answers, and the last if whole. */
  read(bytes: Buffer, method: string): Promise<AnswerMeaning[]>;
  stop(): Promise<void>;
}

/** Node's own client with llhttp, against a server that answers with any bytes. */
export async function nodeClient(): Promise<ClientPeer> {
  let answer: Buffer = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    read(bytes, method) {
      answer = bytes;
      return ask(port, method);
    },
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

function ask(port: number, method: string): Promise<AnswerMeaning[]> {
  return noteAnswers(request({ port, host: '127.0.0.1', method, agent: false }));
}

/** Sends the request; resolves when its connection has closed. */
export function noteAnswers(asked: ClientRequest): Promise<AnswerMeaning[]> {
  const seen: AnswerMeaning[] = [];
  return new Promise((resolve) => {
    asked.on('information', ({ statusCode }) => seen.push({ status: statusCode, body: '' }));
    asked.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('error', () => {});
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const body = Buffer.concat(pieces).toString('latin1');
        if (response.complete) seen.push({ status: response.statusCode ?? 0, body });
      });
    });
    asked.on('error', () => {});
    asked.on('close', () => resolve(seen));
    asked.end();
  });
}
