import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { isIP } from 'node:net';
import { type Answer, failed, passed } from './answer.ts';
import { trusting } from './ask-certificate.ts';
import type { Asking } from './asking.ts';
import type { Asked, Check } from './question.ts';
import { errorInWords, knownAddresses, reach } from './reach.ts';
import { textRules, unbracketed } from './text-rules.ts';

/** How much of a body is read and looked at. */
export const mostBodyBytes = 64 * 1024;
const mostHeadBytes = 16 * 1024;
const shownCharacters = 200;

/**
 * Whether one GET is answered as it must be. Redirects are followed as often as the check says, without the
 * headers it sends where they lead to another origin. Ends with the signal.
 */
export async function askUrl({ check, shown }: Asked<'urls'>, asking: Asking): Promise<Answer> {
  let url = new URL(check.url);
  let { send } = check;
  for (let followed = 0; ; followed += 1) {
    const reply = await get(url, { check, send, asking });
    if ('wrong' in reply) return failed(reply.wrong);
    const next = followed < check.redirects ? redirected(reply, url) : null;
    if (next === null) return judged(reply, { check, shown });
    if (textRules.url(next.href) !== null) return failed('it redirects to what is no web address');
    if (next.origin !== url.origin) send = {};
    url = next;
  }
}

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

type Get = { check: Check<'urls'>; send: Readonly<Record<string, string>>; asking: Asking };

async function get(url: URL, { check, send, asking }: Get): Promise<Reply | { wrong: string }> {
  const host = unbracketed(url.hostname);
  const isEncrypted = url.protocol === 'https:';
  const reached = await reach({ host, port: Number(url.port) || (isEncrypted ? 443 : 80) }, asking);
  if ('wrong' in reached) return reached;
  const ask = isEncrypted ? requestEncrypted : requestPlain;
  const replied = Promise.withResolvers<Reply>();
  const request = ask({
    host,
    port: reached.port,
    path: `${url.pathname}${url.search}`,
    // An entrance may have another port than the one people write.
    headers: { 'user-agent': 'Signalbox infrastructure check', ...send, host: url.host },
    agent: false,
    lookup: knownAddresses(reached.addresses),
    maxHeaderSize: mostHeadBytes,
    signal: asking.signal,
    ...(isEncrypted
      ? { rejectUnauthorized: check.trusted, ...trusting(asking.authorities), ...calling(host) }
      : {}),
  });
  let isAnswered = false;
  request.once('response', (response) => {
    isAnswered = true;
    void read(response).then(replied.resolve, replied.reject);
  });
  request.on('error', replied.reject);
  // Without an error, for example, when it wants to speak another protocol.
  request.once('close', () => {
    if (!isAnswered) replied.reject(brokenOff);
  });
  request.end();
  try {
    return await replied.promise;
  } catch (error) {
    return {
      wrong: asking.signal.aborted ? errorInWords(asking.signal.reason) : errorInWords(error),
    };
  } finally {
    request.destroy();
  }
}

const calling = (host: string) => (isIP(host) ? {} : { servername: host });

const brokenOff = Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' });

async function read(response: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes >= mostBodyBytes) break;
  }
  const body = Buffer.concat(pieces).subarray(0, mostBodyBytes).toString('utf8');
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function redirected({ status, headers }: Reply, from: URL): URL | null {
  const isRedirect = [301, 302, 303, 307, 308].includes(status);
  return isRedirect && headers.location !== undefined ? URL.parse(headers.location, from) : null;
}

function judged({ status, headers, body }: Reply, { check, shown }: Asked<'urls'>): Answer {
  const isWanted =
    check.status === undefined ? status >= 200 && status < 300 : check.status.includes(status);
  const named = (which: 'contains' | 'lacks', isWrong: (text: string) => boolean) =>
    check[which].flatMap((text, index) => (isWrong(text) ? [`"${shown[which][index]}"`] : []));
  const wrong = [
    ...Object.entries(check.headers).flatMap(([name, text]) => wrongHeader(headers, name, text)),
    ...named('contains', (text) => !body.includes(text)).map((text) => `without ${text}`),
    ...named('lacks', (text) => body.includes(text)).map((text) => `with ${text}`),
  ];
  const answered = `it answered ${status}`;
  if (isWanted && wrong.length === 0) return passed(answered);
  const said = { how: 'its body begins', text: body, keep: 'beginning' } as const;
  return failed([answered, ...wrong].join(', '), said);
}

function wrongHeader(headers: IncomingMessage['headers'], name: string, text: string): string[] {
  const found = headers[name.toLowerCase()];
  if (found === undefined) return [`without ${name}`];
  return String(found).includes(text)
    ? []
    : [`with ${name}: ${String(found).slice(0, shownCharacters)}`];
}
