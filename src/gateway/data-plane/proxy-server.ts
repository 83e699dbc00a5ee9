import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { ActivityLog } from './activity-log.ts';
import { forward } from './forward.ts';
import type { OpenWork } from './open-work.ts';
import { requestTarget } from './request-target.ts';
import { isRobot } from './robot.ts';
import type { RouteTable } from './route-table.ts';
import { notUnderstood, sendPage, unknownHost } from './send-page.ts';
import type { Visit } from './visit.ts';

interface Parts {
  table: RouteTable;
  open: OpenWork;
  activity: ActivityLog;
}

interface Arrival extends Pick<Visit, 'request' | 'response'> {
  expectsContinue?: boolean;
  upgrade?: Visit['upgrade'];
}

/** The public side: finds the route of each request and sends it there. */
export function proxyServer(parts: Parts): Server {
  const server = createServer({
    maxHeaderSize: 32 * 1024,
    headersTimeout: 30_000,
    // Long uploads, downloads and streams end when they end.
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
    noDelay: true,
    shouldUpgradeCallback: wantsUpgrade,
  });
  server.on('request', (request, response) => receive(parts, { request, response }));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    receive(parts, { request, response, expectsContinue: true }),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    receiveUpgrade(parts, { request, socket: socket as Socket, head }),
  );
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** An upgrade to another HTTP would take its requests past us, and one with a body is ambiguous: both stay requests. */
function wantsUpgrade({ method, headers }: IncomingMessage): boolean {
  const hasLength =
    headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return method === 'GET' && !hasLength && !/^(?:h2c?|http\/|tls\/)/i.test(headers.upgrade ?? '');
}

function receiveUpgrade(
  parts: Parts,
  { request, socket, head }: { request: IncomingMessage; socket: Socket; head: Buffer },
): void {
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.shouldKeepAlive = false;
  socket.on('error', () => socket.destroy());
  socket.once('close', () => response.destroy());
  response.once('finish', () => socket.destroySoon());
  receive(parts, { request, response, upgrade: { socket, head } });
}

function receive({ table, open, activity }: Parts, arrival: Arrival): void {
  const { request, response, expectsContinue = false, upgrade = null } = arrival;
  request.on('error', () => {});
  response.on('error', () => {});
  const target = requestTarget(request);
  const isClear = target !== null && hasPlainFraming(request);
  const route = isClear ? table.find(target.host) : undefined;
  if (route === undefined || target === null) {
    response.shouldKeepAlive &&= isClear && !expectsContinue;
    return sendPage(request, response, isClear ? unknownHost(target.host) : notUnderstood);
  }
  const counts = !isRobot(request.headers['user-agent']);
  activity.note(route, counts);
  if (route.target.kind === 'page') {
    response.shouldKeepAlive &&= !expectsContinue;
    return sendPage(request, response, route.target.page);
  }
  const work = open.begin({ host: route.host, socket: request.socket, counts });
  (upgrade?.socket ?? response).once('close', work.end);
  const upstreams = table.inTurn(route);
  forward({ request, response, target, upstreams, work, sent: null, expectsContinue, upgrade });
}

/**
 * What the parser lets through, but an instance might read otherwise: other versions than 1.0 and 1.1, other
 * codings than chunked, and chunked in HTTP/1.0.
 */
function hasPlainFraming({ headersDistinct, httpVersion }: IncomingMessage): boolean {
  const codings = headersDistinct['transfer-encoding'];
  if (codings === undefined) return httpVersion === '1.1' || httpVersion === '1.0';
  return codings.length === 1 && codings[0]?.toLowerCase() === 'chunked' && httpVersion === '1.1';
}
