import { Agent, type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Upstream } from '../route.ts';
import { hasBody, requestHeaders, upgradeHeaders } from './message-headers.ts';
import { sendAnswer } from './send-answer.ts';
import { noInstance, notUnderstood, sendPage } from './send-page.ts';
import { splice } from './splice.ts';
import type { Visit } from './visit.ts';

/** How long an unused connection to an instance is kept; below the 5 s after which common servers close theirs. */
const idleMs = 4_000;
const connectMs = 5_000;
const maxHeaderSize = 64 * 1024;

const kept = new Agent({
  keepAlive: true,
  timeout: idleMs,
  maxFreeSockets: 64,
  scheduling: 'lifo',
});

interface Attempt {
  at: number;
  /** On a connection of its own. */
  fresh: boolean;
}

/**
 * Sends the request to the first upstream that takes it. A kept-alive connection may die just as we write
 * to it, and then nobody knows whether the instance acted; so only what can be sent twice without harm and
 * without its body (RFC 9110 section 9.2.2) goes over one, and is sent once more when that happens.
 */
export function forward(visit: Visit): void {
  visit.work.cut = () => {
    visit.sent?.destroy();
    visit.request.socket.destroy();
  };
  visit.response.once('close', () => {
    if (!visit.response.writableFinished || !visit.request.complete) visit.sent?.destroy();
  });
  attempt(visit, { at: 0, fresh: !canBeSentTwice(visit) });
}

function canBeSentTwice({ request, upgrade }: Visit): boolean {
  const isIdempotent = /^(?:GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/.test(request.method ?? '');
  return isIdempotent && upgrade === null && !hasBody(request);
}

function attempt(visit: Visit, { at, fresh }: Attempt): void {
  const upstream = visit.upstreams[at];
  if (upstream === undefined) return refuse(visit);
  visit.work.givenTo(upstream.instance);
  const sent = open(visit, upstream, fresh);
  if (sent === null) return sendPage(visit.request, visit.response, notUnderstood);
  visit.sent = sent;

  let connected = false;
  let settled = false;
  const fail = (error?: NodeJS.ErrnoException) => {
    if (settled) return;
    settled = true;
    if (visit.response.destroyed) return;
    if (!connected) return attempt(visit, { at: at + 1, fresh });
    const wasStale = sent.reusedSocket && !fresh && !error?.code?.startsWith('HPE_');
    if (wasStale) return attempt(visit, { at, fresh: true });
    refuse(visit);
  };

  whenConnected(sent, () => {
    connected = true;
    sendBody(visit, sent);
  });
  sent.on('error', fail);
  sent.once('close', () => fail());
  sent.once('continue', () => {
    visit.expectsContinue = false;
    visit.response.writeContinue();
  });
  sent.once('response', (answer) => {
    settled = true;
    sendAnswer(visit, answer);
  });
  sent.once('upgrade', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
    settled = true;
    splice(visit, { answer, socket, head });
  });
}

/** Null when the request cannot be written as HTTP. */
function open(visit: Visit, upstream: Upstream, fresh: boolean): ClientRequest | null {
  const { request, target, upgrade } = visit;
  const headers = requestHeaders(request, target);
  if (upgrade !== null) headers.push(...upgradeHeaders(request));
  try {
    return sendRequest({
      host: upstream.host,
      port: upstream.port,
      method: request.method,
      path: target.path,
      headers,
      agent: fresh ? false : kept,
      maxHeaderSize,
    });
  } catch {
    return null;
  }
}

function whenConnected(sent: ClientRequest, act: () => void): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) return act();
    const patience = setTimeout(
      () => socket.destroy(new Error('connecting took too long')),
      connectMs,
    );
    socket.once('close', () => clearTimeout(patience));
    socket.once('connect', () => {
      clearTimeout(patience);
      socket.setNoDelay(true);
      act();
    });
  });
}

/** Not before there is a connection, so that a refused one can be followed by the next upstream. */
function sendBody({ request, upgrade }: Visit, sent: ClientRequest): void {
  if (upgrade !== null || !hasBody(request)) sent.end();
  else request.pipe(sent);
}

function refuse(visit: Visit): void {
  const { request, response, target } = visit;
  if (visit.expectsContinue || hasBody(request)) response.shouldKeepAlive = false;
  sendPage(request, response, noInstance(target.host));
}
