// A local server that speaks the used part of GitHub's API, below /api/v3 as GitHub Enterprise does.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Breakable, HostServer } from '../../src/git/contract/host-under-test.ts';
import { type ApiAnswer, ApiRefusal, answerApi } from './github-api.ts';
import { emptyBooks, type GithubBooks, githubPeople } from './github-books.ts';
import { githubGate, type GithubGate } from './github-gate.ts';

export interface GithubServer {
  url: string;
  people: HostServer;
  books: GithubBooks;
  breakable: Breakable;
  /** Of a person called `signalbox-bot`. */
  token: string;
  /** Installed on acme/shop as `signalbox-app`; the key is PKCS#1, as GitHub gives it out. */
  app: { appId: number; privateKey: string };
  /** `METHOD PATH?QUERY STATUS` of what was asked, behind `/api/v3`. */
  asked: string[];
  /** The installation tokens given out so far are not taken any more. */
  revokeTokens(): void;
  /** The time there. */
  now: () => Date;
  /** Answers in place of the API; undefined: it answers itself. */
  instead: (request: IncomingMessage) => RawAnswer | undefined;
  close(): Promise<void>;
}

export interface RawAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer | AsyncIterable<Buffer>;
}

const prefix = '/api/v3';
const repository = '/repos/acme/shop';

export async function githubServer(): Promise<GithubServer> {
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const books = emptyBooks();
  const trouble = noTrouble();
  const gate = githubGate(repository, () => self.now());
  const self: GithubServer = {
    url: `${origin}${prefix}`,
    books,
    people: githubPeople(books),
    breakable: breakableBy(trouble),
    token: gate.token,
    app: gate.app,
    asked: [],
    revokeTokens: gate.revokeTokens,
    now: () => new Date(),
    instead: () => undefined,
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const body = await text(request);
    response.once('finish', () => {
      self.asked.push(`${method} ${url.replace(prefix, '')} ${response.statusCode}`);
    });
    const raw = brokenAnswer(trouble) ?? self.instead(request);
    if (raw) return sendRaw(response, raw);
    const before = books.writes;
    try {
      const answer = answerRequest({ request, body, books, gate, forbidden: trouble.forbidden });
      const isLost = books.writes > before && trouble.lose > 0;
      if (!isLost) return send(response, { answer, request, origin });
      trouble.lose -= 1;
      request.socket.destroy();
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      sendRaw(response, json(error.status, { message: error.message }));
    }
  }

  return self;
}

const noTrouble = () => ({
  fail: 0,
  limit: 0,
  seconds: 0,
  lose: 0,
  garbled: false,
  forbidden: '',
});

type Trouble = ReturnType<typeof noTrouble>;

const breakableBy = (trouble: Trouble): Breakable => ({
  fail: (times) => void (trouble.fail = times),
  limit: (times, seconds) => void Object.assign(trouble, { limit: times, seconds }),
  loseAnswers: (times) => void (trouble.lose = times),
  garble: () => void (trouble.garbled = true),
  forbid: (what) => void (trouble.forbidden = what),
});

function brokenAnswer(trouble: Trouble): RawAnswer | undefined {
  const headers = { 'content-type': 'text/html' };
  if (trouble.fail > 0) {
    trouble.fail -= 1;
    return { status: 503, headers, body: '<h1>Unicorn!</h1>' };
  }
  if (trouble.limit > 0) {
    trouble.limit -= 1;
    const wish = { 'retry-after': String(trouble.seconds) };
    return json(429, { message: 'You have exceeded a secondary rate limit.' }, wish);
  }
  return trouble.garbled ? { status: 200, headers, body: '<p>Please log in</p>' } : undefined;
}

interface Asked {
  request: IncomingMessage;
  body: string;
  books: GithubBooks;
  gate: GithubGate;
  forbidden: string;
}

function answerRequest({ request, body, books, gate, forbidden }: Asked): ApiAnswer {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://github.test');
  const { method = '', headers } = request;
  const path = pathname.slice(prefix.length);
  const [, token = ''] = /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (forbidden === 'everything') throw new ApiRefusal(401, 'Bad credentials');
  const isHidden = forbidden === 'seeing' && path.startsWith(repository);
  if (isHidden) throw new ApiRefusal(404, 'Not Found');
  if (/^\/app(\/|$)|\/installation$/.test(path)) return gate.asApp(token, `${method} ${path}`);
  const login = gate.loginOf(token);
  if (path === '/user' && token === gate.token) return { body: { login } };
  if (path === '/user') throw new ApiRefusal(403, 'Resource not accessible by integration');
  if (!path.startsWith(repository)) throw new ApiRefusal(404, 'Not Found');
  if (forbidden === 'writing' && method !== 'GET') {
    throw new ApiRefusal(403, 'Resource not accessible by personal access token');
  }
  const said = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
  const within = path.slice(repository.length);
  return answerApi(books, { method, path: within, query, body: said, login });
}

function send(
  response: ServerResponse,
  { answer, request, origin }: { answer: ApiAnswer; request: IncomingMessage; origin: string },
): void {
  const { status = 200, body, nextPage = null } = answer;
  const words = body === null ? '' : JSON.stringify(body);
  const etag = `W/"${createHash('sha256').update(words).digest('hex')}"`;
  const headers: Record<string, string> = { etag };
  if (nextPage !== null) {
    const next = new URL(`${origin}${request.url}`);
    next.searchParams.set('page', String(nextPage));
    headers['link'] = `<${next.href}>; rel="next", <${next.href}>; rel="last"`;
  }
  const isKnown = request.method === 'GET' && request.headers['if-none-match'] === etag;
  if (isKnown) return sendRaw(response, { status: 304, headers, body: '' });
  const type = { 'content-type': 'application/json; charset=utf-8' };
  sendRaw(response, { status, headers: { ...headers, ...type }, body: words });
}

/** An answer of the API as it stands on the wire. */
export const json = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): RawAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

function sendRaw(response: ServerResponse, { status, headers = {}, body }: RawAnswer): void {
  response.writeHead(status, headers);
  if (typeof body === 'string' || Buffer.isBuffer(body)) return void response.end(body);
  // Whoever has had enough hangs up.
  pipeline(body, response).catch(() => undefined);
}
