import type { IncomingMessage } from 'node:http';
import { newId } from '../../kernel/id.ts';
import type { RequestTarget } from './request-target.ts';

// Headers are flat lists, name, value, name, value, as node:http reads and writes them: order, spelling and
// repetition reach the other side as they were.

/** RFC 9110 section 7.6.1, and what old clients send in its place. */
const ofThisHopOnly = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A client may not make us drop these by naming them in Connection: they decide where a message ends or goes. */
const neverByNomination = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'cookie',
  'authorization',
]);

const ours = /^(?:forwarded|x-forwarded(?:-.*)?|x-real-ip|host)$/;

/** What the instance gets. */
export function requestHeaders(request: IncomingMessage, target: RequestTarget): string[] {
  const named = nominated(request.headers.connection);
  const kept = pick(request.rawHeaders, (name) => isForTheInstance(name, named));
  return [
    'Host',
    target.authority,
    ...kept,
    'X-Forwarded-For',
    (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    'X-Forwarded-Proto',
    'http',
    'X-Forwarded-Host',
    target.authority,
    ...(request.headers['x-request-id'] === undefined ? ['X-Request-Id', newId()] : []),
    ...framing(request),
  ];
}

/** What asks the instance to leave HTTP; added to `requestHeaders`. */
export function upgradeHeaders(request: IncomingMessage): string[] {
  return ['Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? ''];
}

/** What the client gets. */
export function answerHeaders(answer: IncomingMessage): string[] {
  const named = nominated(answer.headers.connection);
  const isBare = answer.statusCode === 204;
  return pick(
    answer.rawHeaders,
    (name) =>
      !ofThisHopOnly.has(name) && !named.has(name) && !(isBare && name === 'content-length'),
  );
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Many frameworks read `X_Forwarded_For` and `X-Forwarded-For` as one; so do we. */
function isForTheInstance(name: string, named: ReadonlySet<string>): boolean {
  const dashed = name.replaceAll('_', '-');
  if (ours.test(dashed) || ofThisHopOnly.has(dashed) || named.has(name)) return false;
  return dashed === name || dashed !== 'content-length';
}

/** Node does not frame the body of every method by itself, and an unframed body is the next request. */
function framing({ headers, method = '' }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  const isBodiless = headers['content-length'] === undefined;
  return isBodiless && /^(?:POST|PUT|PATCH)$/.test(method) ? ['Content-Length', '0'] : [];
}

function nominated(connection: string | undefined): Set<string> {
  const names = (connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return new Set(names.filter((name) => !neverByNomination.has(name)));
}

function pick(raw: readonly string[], keeps: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    if (keeps(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
