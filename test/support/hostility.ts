import { connect, type Socket } from 'node:net';
import { type RawInstance, rawInstance, type Undo } from './front-door-rig.ts';

// Clients and instances that do to a gateway whatever the network lets them. Every request has a token of its
// own, and an instance that answers at all repeats it: who finds another's token has got another's answer.

const answers: Record<string, (socket: Socket, token: string) => void> = {
  fine: (socket, token) => socket.write(ok(token)),
  chunked: (socket, token) =>
    socket.write(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${token.length.toString(16)}\r\n${token}\r\n0\r\n\r\n`,
    ),
  untilClose: (socket, token) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${token}`),
  hint: (socket, token) => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${ok(token)}`),
  nothing: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
  garbage: (socket) => socket.write('\0\r\n\r\n'),
  halfHead: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
  short: (socket, token) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${token}`),
  brokenOff: (socket, token) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${token}`);
    setTimeout(() => socket.resetAndDestroy(), 1);
  },
  badChunk: (socket, token) => {
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`);
    setTimeout(() => socket.write(`${token}zz`), 1);
  },
  twice: (socket, token) => socket.write(ok(token) + ok('for-nobody')),
  // A whole answer that comes late could not be told from the next one's; what is none must reach nobody.
  late: (socket, token) => {
    socket.write(ok(token));
    setTimeout(() => socket.write('for-nobody'), 1);
  },
  headersWithoutEnd: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(9_000)}`),
  hintsWithoutEnd: (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)),
  silence: () => {},
  switching: (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
};

const answerNames = Object.keys(answers);
const ok = (token: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${token.length}\r\n\r\n${token}`;

/** Answers as the request's path says: /name/token. */
export function hostileInstance(undo: Undo): Promise<RawInstance> {
  return rawInstance(undo, (socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      for (;;) {
        const request = /^[^]*?(?:GET|POST) \/(\w+)\/(\S+) HTTP[^]*?\r\n\r\n/.exec(text);
        if (request === null) break;
        text = text.slice(request[0].length);
        if (!socket.destroyed) answers[request[1] ?? '']?.(socket, request[2] ?? '');
      }
      text = text.slice(-10_000);
    });
  });
}

type Act = (socket: Socket, request: { path: string; random: Random }) => void;

type Random = (below: number) => number;

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const post = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${length}\r\n\r\n`;

const acts: Act[] = [
  (socket, { path }) => socket.write(get(path, 'Connection: close\r\n')),
  (socket, { path }) => socket.write(get(path)),
  (socket, { path }) => socket.end(get(path)),
  (socket, { path }) => socket.write(get(path), () => socket.resetAndDestroy()),
  (socket, { path }) => socket.write(get(path).slice(0, -2), () => socket.destroy()),
  (socket, { path }) => socket.write(get(path).slice(0, 20)),
  (socket, { path }) => socket.end(get(path).slice(0, 20)),
  (socket, { path }) => socket.write(`${post(path, 10)}0123456789`),
  (socket, { path }) => socket.write(`${post(path, 10)}01234`, () => socket.resetAndDestroy()),
  (socket, { path }) => socket.end(`${post(path, 10)}01234`),
  (socket, { path }) => socket.write(`${post(path, 10)}01234`),
  (socket, { path }) => socket.write(get(path, 'Connection: upgrade\r\nUpgrade: x\r\n')),
  (socket, { path }) => socket.end(`${get(path, 'Connection: upgrade\r\nUpgrade: x\r\n')}early`),
  (socket, { path }) => socket.write(`${get(path).repeat(5)}GARBAGE\r\n\r\n`),
  (socket, { path }) => socket.write(get(path).repeat(5), () => socket.destroy()),
  (socket, { random }) => {
    socket.write(Buffer.from(Array.from({ length: 200 }, () => random(256))));
    socket.write('\r\n\r\n');
  },
  (socket) => socket.destroy(),
];

export interface Hostility {
  port: number;
  /** How many connections are made. */
  count: number;
  seed: number;
  atOnce: number;
  /** A client that has nothing to wait for any more leaves after this time. */
  patienceMs: number;
}

/** Resolves when all clients have left; how many answers were whole, and how many were another's. */
export async function beHostile(plan: Hostility): Promise<{ whole: number; foreign: number }> {
  const random = randomFrom(plan.seed);
  const seen = { whole: 0, foreign: 0 };
  let left = plan.count;
  async function oneByOne(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const token = `t${plan.seed}-${left}-`;
      const text = await visit(plan, { random, token });
      if (text.includes(token)) seen.whole += 1;
      const tokens = text.match(/t\d+-\d+-|for-nobody/g) ?? [];
      if (tokens.some((found) => found !== token)) seen.foreign += 1;
    }
  }
  await Promise.all(Array.from({ length: plan.atOnce }, oneByOne));
  return seen;
}

function visit(
  { port, patienceMs }: Hostility,
  { random, token }: { random: Random; token: string },
): Promise<string> {
  const path = `/${answerNames[random(answerNames.length)]}/${token}`;
  const act = acts[random(acts.length)] as Act;
  const localAddress = `127.0.${random(4)}.${1 + random(200)}`;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
    let text = '';
    const patience = setTimeout(() => socket.destroy(), patienceMs * (1 + random(4)));
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.on('error', () => {});
    socket.once('end', () => socket.end());
    socket.once('close', () => {
      clearTimeout(patience);
      resolve(text);
    });
    socket.once('connect', () => act(socket, { path, random }));
  });
}

/** The same numbers for the same seed (Marsaglia's xorshift). */
function randomFrom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
