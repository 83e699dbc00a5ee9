// A CA for tests that speaks RFC 8555 over HTTP: our own stand-in, strict where the RFC is.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  type AcmeAnswer,
  type AcmeBooks,
  type AcmeServerOptions,
  answerMessage,
  urn,
} from './acme-books.ts';
import { readMessage, Refusal } from './acme-message.ts';
import { testIssuer } from './issue-certificate.ts';

export interface AcmeServer {
  directoryUrl: string;
  /** PEM, of what it issues. */
  root: string;
  /** The first part of the path of each request, in order: directory, new-nonce, new-order, … */
  asked: string[];
  accounts(): number;
  orders(): { names: string[]; status: string }[];
  /** Called before a request is looked at; what it throws is answered. */
  before: (step: string) => 'hang up' | undefined;
  /** Called when a request has had its effect and is not answered yet. */
  after: (step: string) => 'hang up' | undefined;
  forgetNonces(): void;
  close(): Promise<void>;
}

export async function acmeServer(options: AcmeServerOptions = {}): Promise<AcmeServer> {
  const nonces = new Set<string>();
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = testIssuer();
  const books: AcmeBooks = {
    base,
    issuer,
    accounts: new Map(),
    orders: new Map(),
    authorizations: new Map(),
    options,
  };
  const self: AcmeServer = {
    directoryUrl: `${base}/directory`,
    root: issuer.root,
    asked: [],
    accounts: () => books.accounts.size,
    orders: () => [...books.orders.values()].map(({ names, status }) => ({ names, status })),
    before: () => undefined,
    after: () => undefined,
    forgetNonces: () => nonces.clear(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, step = '', id = ''] = (request.url ?? '').split('/');
    const nonce = randomBytes(16).toString('base64url');
    response.setHeader('replay-nonce', nonce);
    try {
      const body = await text(request);
      self.asked.push(step);
      if (self.before(step) === 'hang up') return void request.socket.destroy();
      const answer = answered(step, id, body);
      if (self.after(step) === 'hang up') return void request.socket.destroy();
      nonces.add(nonce);
      send(response, answer);
    } catch (error) {
      nonces.add(nonce);
      refuse(response, error);
    }
  }

  function answered(step: string, id: string, body: string): AcmeAnswer {
    if (step === 'directory') return { body: directory(base) };
    if (step === 'new-nonce') return { body: '' };
    const message = readMessage(body, {
      url: `${base}/${id === '' ? step : `${step}/${id}`}`,
      useNonce: (nonce) => nonces.delete(nonce),
      keyOf: (account) => books.accounts.get(account),
    });
    return answerMessage(books, { step, id, message });
  }

  return self;
}

const directory = (base: string) => ({
  newNonce: `${base}/new-nonce`,
  newAccount: `${base}/new-account`,
  newOrder: `${base}/new-order`,
});

function send(response: ServerResponse, { status = 200, location, body }: AcmeAnswer): void {
  if (location !== undefined) response.setHeader('location', location);
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal('malformed', String(error));
  const { kind, message: detail, status, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== null) response.setHeader('retry-after', retryAfterSeconds);
  response.statusCode = status;
  response.setHeader('content-type', 'application/problem+json');
  response.end(JSON.stringify({ type: urn + kind, detail, status }));
}
