import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Terminal } from '../runtimes/runtime.ts';
import { audited } from './audit.ts';
import { all, type AnyEndpoint, type EndpointName } from './contract/all.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { Context } from './handlers.ts';
import { openStreams, type OpenStreams } from './open-streams.ts';
import { readInput } from './read-input.ts';
import type { Admit, ApiServerOptions } from './server.ts';
import { sessionDesk, type SessionDesk } from './session-desk.ts';
import type { SessionDoor } from './session-door.ts';
import { sendStream } from './stream.ts';
import { terminalSockets, type Opened } from './terminal-socket.ts';
import { upload } from './upload.ts';

type Serving = ApiServerOptions & {
  app: FastifyInstance;
  /** Lets browsers in too. */
  admit: Admit;
  door: Gatekeeper;
  sessionDoor: SessionDoor;
};
type AnyHandler = (input: unknown, context: Context) => Promise<unknown>;

/** After these, somebody who was let in may not be let in again. */
const shutsOut: ReadonlySet<EndpointName> = new Set<EndpointName>([
  'revokeToken',
  'removePerson',
  'setPerson',
  'openSession',
  'closeSession',
]);

/** Serves every endpoint of the contract: each is let in by role before its body is read, then validated. */
export function endpointRoutes(serving: Serving): void {
  const { app } = serving;
  const stopping = new AbortController();
  const streams = openStreams(serving.lookAgainMs);
  app.addHook('preClose', async () => {
    stopping.abort();
    streams.stop();
  });
  const route: Route = { ...serving, streams, stopping: stopping.signal };

  const entries = Object.entries(all) as [EndpointName, AnyEndpoint][];
  for (const entry of entries.filter(([, { uploadBytes }]) => uploadBytes === null)) {
    addRoute(route, entry);
  }
  // Files of any media type, JSON too, come as the stream they are.
  void app.register(async (files) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const entry of entries.filter(([, { uploadBytes }]) => uploadBytes !== null)) {
      addRoute({ ...route, app: files }, entry);
    }
  });
  const sockets = terminalSockets(app.server, (request, signal) =>
    openRequested(route, { request, signal: AbortSignal.any([signal, stopping.signal]) }),
  );
  app.addHook('preClose', async () => sockets.close());
}

type Route = Serving & { streams: OpenStreams; stopping: AbortSignal };

function addRoute(route: Route, [name, endpoint]: [EndpointName, AnyEndpoint]): void {
  route.app.route({
    method: endpoint.method,
    url: endpoint.path,
    onRequest: route.admit(endpoint.role),
    handler: (request, reply) => answer(route, { name, endpoint, request, reply }),
  });
}

interface Asked {
  name: EndpointName;
  endpoint: AnyEndpoint;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function answer(route: Route, { name, endpoint, request, reply }: Asked): Promise<unknown> {
  if (endpoint.kind === 'terminal') throw needsWebSocket();
  const input = readInput(endpoint, request);
  const handler = route.handlers[name] as AnyHandler;
  const left = AbortSignal.any([leaving(reply), route.stopping]);
  const signal =
    endpoint.kind === 'stream'
      ? AbortSignal.any([left, whileLetIn(route, { request: request.raw, endpoint, left })])
      : left;
  const context = contextOf(request, {
    signal,
    upload: upload(endpoint, request.body),
    desk: deskFor(route, { request, reply }),
  });
  // Who signs in is known afterwards.
  const change = { name, endpoint, input, actor: () => request.actor };
  const result = await audited(route.audit, change, () => handler(input, context));
  if (shutsOut.has(name)) await route.streams.look();
  // What one person may read is not for whoever sits at that browser next.
  void reply.header('cache-control', 'no-store');
  if (endpoint.kind === 'call') return z.encode(endpoint.reply, result as never);
  reply.hijack();
  await sendStream({
    request: request.raw,
    response: reply.raw,
    endpoint,
    items: result as AsyncIterable<unknown>,
    signal,
    heartbeatMs: route.heartbeatMs,
  });
  return undefined;
}

function contextOf(
  { actor, headers }: Pick<FastifyRequest, 'actor' | 'headers'>,
  given: Pick<Context, 'signal' | 'upload' | 'desk'>,
): Context {
  const last = String(headers['last-event-id'] ?? '');
  return { actor, headers, ...given, after: /^\d{1,15}$/.test(last) ? Number(last) : null };
}

function deskFor(
  { door, sessionDoor: doorOfSessions, sessions }: Serving,
  asked: Pick<Asked, 'request' | 'reply'>,
): SessionDesk | undefined {
  if (!sessions) return undefined;
  return sessionDesk({ ...asked, door, sessions: doorOfSessions, book: sessions });
}

function leaving({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => left.abort());
  return left.signal;
}

/** Aborts when whoever asked would not be let in any more. */
function whileLetIn(
  route: Route,
  of: { request: IncomingMessage; endpoint: AnyEndpoint; left: AbortSignal },
): AbortSignal {
  const { role } = of.endpoint;
  if (role === 'public') return of.left;
  return route.streams.watch(() => route.sessionDoor.whyNotStill(of.request, role), of.left);
}

/** A WebSocket passes the same door, is validated and audited the same way; only the answer differs. */
async function openRequested(
  serving: Route,
  { request, signal }: { request: IncomingMessage; signal: AbortSignal },
): Promise<Opened> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const found = terminalAt(url.pathname);
  const actor = await serving.sessionDoor.admit(request, {
    address: request.socket.remoteAddress ?? '',
    role: found.endpoint.role,
  });
  const query = Object.fromEntries(url.searchParams);
  const input = readInput(found.endpoint, { params: found.params, query, body: undefined });
  const context = contextOf(
    { actor, headers: request.headers },
    { signal, upload: upload({ uploadBytes: null }, null) },
  );
  const handler = serving.handlers[found.name] as AnyHandler;
  const change = { ...found, actor: () => actor, input };
  const terminal = await audited(serving.audit, change, () => handler(input, context));
  const shut = whileLetIn(serving, { request, endpoint: found.endpoint, left: signal });
  return { terminal: terminal as Terminal, shut };
}

function terminalAt(path: string) {
  for (const [name, endpoint] of Object.entries(all) as [EndpointName, AnyEndpoint][]) {
    if (endpoint.kind !== 'terminal') continue;
    const pattern = new RegExp(`^${endpoint.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    const groups = pattern.exec(path)?.groups;
    if (groups) return { name, endpoint, params: decoded(groups) };
  }
  throw new SignalboxError({
    code: 'api/no-such-path',
    what: `There is no WebSocket at ${path}.`,
    fix: ['Look at /openapi.json for what there is.'],
  });
}

function decoded(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([key, text]) => [key, decodeURIComponent(text)]),
    );
  } catch {
    throw new SignalboxError({
      code: 'api/invalid',
      what: 'The path is not URL-encoded as it must be.',
      fix: ['Encode each part of the path, for example shop%2Fstaging.'],
    });
  }
}

function needsWebSocket(): SignalboxError {
  return new SignalboxError({
    code: 'api/needs-websocket',
    what: 'A terminal is a WebSocket; this was a plain request.',
    fix: ['Use signalbox run or signalbox console.', 'Or send the headers of a WebSocket upgrade.'],
  });
}
