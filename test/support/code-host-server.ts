// What the stand-ins of hosting services have in common: a door that checks the token and can be out of order, and the
// books of what people did there.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Breakable } from '../../src/git/host.contract.ts';

export interface Asked {
  /** Decoded, without the API's prefix. */
  path: string;
  /** As it came, without the prefix and the query. */
  rawPath: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

export type Answer = { status?: number; json?: unknown; headers?: Record<string, string> };

export interface Route {
  method: string;
  /** Of the decoded path; its groups are given to `answer`. */
  path: RegExp;
  answer(asked: Asked, groups: string[]): Answer;
}

export interface Service {
  /** Of the API: `/api/v4`. */
  prefix: string;
  authorization: string;
  /** Of what a token sees that may not see the repository. */
  repositoryPath: RegExp;
  notFound: Answer;
  routes: readonly Route[];
}

export interface CodeHostServer {
  url: string;
  breakable: Breakable;
  /** Method and raw path with query of what was asked, in order. */
  asked: string[];
  writes(): number;
  /** Answers in place of everything, where a test wants something special; true: it did. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

export async function codeHostServer(service: Service): Promise<CodeHostServer> {
  const door = brokenDoor();
  let writes = 0;
  const self: CodeHostServer = {
    url: '',
    breakable: door.breakable,
    asked: [],
    writes: () => writes,
    instead: () => false,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await text(request);
    const { method = '', url = '/' } = request;
    self.asked.push(`${method} ${url}`);
    if (self.instead(request, response)) return;
    const asked = readAsked(service, { url, sent });
    const refusal = door.refusal(service, { method, asked, request });
    if (refusal) return reply(response, refusal);
    const answer = answerOf(service, method, asked);
    const isWrite = method !== 'GET' && (answer.status ?? 200) < 400;
    if (isWrite) writes += 1;
    if (isWrite && door.losesAnswer()) return void request.socket.destroy();
    reply(response, answer);
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return self;
}

function readAsked({ prefix }: Service, { url, sent }: { url: string; sent: string }): Asked {
  const { pathname, searchParams } = new URL(url, 'http://here');
  const rawPath = pathname.startsWith(prefix)
    ? pathname.slice(prefix.length)
    : `outside${pathname}`;
  const body = sent === '' ? {} : (JSON.parse(sent) as Record<string, unknown>);
  return { path: decodeURIComponent(rawPath), rawPath, query: searchParams, body };
}

function answerOf({ routes, notFound }: Service, method: string, asked: Asked): Answer {
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(asked.path) : null;
    if (match) return route.answer(asked, match.slice(1));
  }
  return notFound;
}

function reply(response: ServerResponse, { status = 200, json, headers = {} }: Answer): void {
  const page = typeof json === 'string';
  response.writeHead(status, {
    'content-type': page ? 'text/html' : 'application/json',
    ...headers,
  });
  response.end(page ? json : JSON.stringify(json));
}

/** All the ways in which a service gives no answer. */
function brokenDoor() {
  const left = { fail: 0, limit: 0, lose: 0 };
  let seconds = 0;
  let garbled = false;
  let forbidden: 'everything' | 'writing' | 'seeing' | null = null;
  const breakable: Breakable = {
    fail: (times) => void (left.fail = times),
    limit: (times, wish) => {
      left.limit = times;
      seconds = wish;
    },
    loseAnswers: (times) => void (left.lose = times),
    garble: () => void (garbled = true),
    forbid: (what) => void (forbidden = what),
  };
  const spend = (of: keyof typeof left): boolean => left[of] > 0 && (left[of] -= 1) >= 0;
  return {
    breakable,
    losesAnswer: () => spend('lose'),
    refusal(
      service: Service,
      { method, asked, request }: { method: string; asked: Asked; request: IncomingMessage },
    ): Answer | null {
      if (spend('fail')) return { status: 503, json: { message: 'Service Unavailable' } };
      if (spend('limit')) {
        const headers = { 'retry-after': String(seconds) };
        return { status: 429, json: { message: 'Retry later' }, headers };
      }
      if (garbled) return { json: '<!doctype html><title>Sign in</title>' };
      const isKnown = request.headers.authorization === service.authorization;
      if (forbidden === 'everything' || !isKnown) {
        return { status: 401, json: { message: '401 Unauthorized' } };
      }
      if (forbidden === 'seeing' && service.repositoryPath.test(asked.path))
        return service.notFound;
      if (forbidden === 'writing' && method !== 'GET') {
        return { status: 403, json: { message: '403 Forbidden: insufficient_scope' } };
      }
      return null;
    },
  };
}

export const newSha = (): string => randomBytes(20).toString('hex');

/** A clock that never stands still: each thing that happens is a second after the one before. */
export function ticks(): () => string {
  let at = Date.parse('2026-11-21T09:00:00Z');
  return () => new Date((at += 1000)).toISOString();
}
