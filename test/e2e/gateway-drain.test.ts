import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { routeBetween, type TestInstance, versionOf } from '../../src/gateway/gateway.contract.ts';
import type { Upstream, Version } from '../../src/gateway/route.ts';
import { ask, stopServer } from '../support/gateway-rig.ts';
import { type GatewayStory, gatewayStory, shop, total } from '../support/gateway-story.ts';
import { eventually } from '../support/signalbox.ts';

// More than all buffers between the instance and a client that does not read.
const film = randomBytes(32 * 1024 * 1024);
const long = { limitMs: 60_000 };

let story: GatewayStory;
let old: TestInstance;
let fresh: TestInstance;

beforeEach(async () => {
  story = await gatewayStory();
  [old, fresh] = [await cinema('old'), await story.instance('fresh')];
  await show(versionOf('v1', 100, old));
});

afterEach(() => story?.end());

/** Sends a film to whoever asks, and talks over WebSockets. */
async function cinema(name: string): Promise<TestInstance> {
  const server = createServer((request, response) => {
    if (request.url !== '/film') return void response.end(`${name} 0`);
    response.setHeader('Content-Length', film.length);
    response.end(film);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  story.undo.add(() => stopServer(server));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (text: Buffer) => socket.send(`${name} heard ${text.toString()}`)),
  );
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = { instance: name, host: '127.0.0.1', port, state: 'serving' };
  return { upstream, heard: [], setHealthy: () => undefined };
}

const show = (...versions: Version[]): Promise<void> =>
  story.gateway.apply([{ set: routeBetween(shop.host, versions, { sticky: 'instance' }) }]);

const visit = (cookie = '') =>
  ask({ port: story.port, host: shop.host, headers: cookie === '' ? {} : { cookie } });

/** Begun, and not read on by itself. */
async function download(): Promise<IncomingMessage> {
  const asked = get({
    port: story.port,
    path: '/film',
    headers: { host: shop.host },
    agent: false,
  });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  asked.on('error', () => undefined);
  return answer;
}

async function conversation() {
  const socket = new WebSocket(`ws://127.0.0.1:${story.port}/`, { headers: { host: shop.host } });
  story.undo.add(() => socket.terminate());
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code]) => code as number);
  return {
    closed,
    async say(text: string): Promise<string> {
      socket.send(text);
      const [heard] = (await once(socket, 'message')) as [Buffer];
      return heard.toString();
    },
    close: () => socket.close(),
  };
}

const open = async (): Promise<number> =>
  (await story.gateway.activity()).find(({ host }) => host === shop.host)?.openRequests ?? 0;

/** Whether it has resolved, after the gateway has had the time to answer other things. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  for (let n = 0; n < 5; n += 1) {
    await story.gateway.routes();
    await pause(20);
  }
  return done;
}

test('the old version goes when its slow download and its WebSocket have ended, whole', async () => {
  const answer = await download();
  const talk = await conversation();
  await show(versionOf('v2', 100, fresh));
  const drained = story.gateway.drain(['old'], long);
  assert.equal((await visit()).text, 'fresh 0');
  assert.equal(await talk.say('still there?'), 'old heard still there?');

  const pieces: Buffer[] = [];
  let read = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    read += piece.length;
    // A reader slower than the instance: somebody on a train.
    if (pieces.length % 40 === 0) await pause(10);
    if (pieces.length === 100) assert.equal(await isDone(drained), false, `${read} bytes`);
  }
  assert.ok(Buffer.concat(pieces).equals(film), 'every byte of it');
  await eventually('only the WebSocket is left', async () => (await open()) === 1);
  assert.equal(await isDone(drained), false);
  assert.equal(await talk.say('and now?'), 'old heard and now?');
  talk.close();
  assert.deepEqual(await drained, { cutOff: 0 });
  assert.equal(await talk.closed, 1005, 'closed as it was asked to be');
});

test('at the limit both are cut off and counted, and who has moved on notices nothing', async () => {
  const answer = await download();
  const talk = await conversation();
  await show(versionOf('v2', 100, fresh));
  const broken = once(answer, 'error').then(([error]) => (error as Error).message);
  assert.deepEqual(await story.gateway.drain(['old'], { limitMs: 300 }), { cutOff: 2 });
  answer.resume();
  assert.match(await broken, /aborted/);
  assert.equal(answer.complete, false);
  assert.equal(await talk.closed, 1006);
  assert.equal((await visit()).text, 'fresh 0');
  assert.equal(await open(), 0);
  const counts = await eventually('both are counted to their end', async () => {
    const { v1 } = await story.counted();
    const ended = total(v1, ({ aborted, failed, answers }) => aborted + failed + answers[0]);
    return ended === 2 && v1;
  });
  assert.equal(total(counts), 2);
  assert.equal(
    total(counts, ({ answers }) => answers[0]),
    1,
    'the film is none that was answered',
  );
});

test('who has a draining instance keeps it, newcomers never get it, and drain waits for the last session', async () => {
  const second = await story.instance('second');
  await show(versionOf('v1', 100, old, second));
  const cookieFor = (name: string) =>
    eventually(`somebody has ${name}`, async () => {
      const { text, headers } = await visit();
      return text.startsWith(name) && headers['set-cookie']?.[0]?.split(';')[0];
    });
  const cookie = await cookieFor('old');
  const leaving: Version = {
    ...versionOf('v1', 100, second),
    instances: [{ ...old.upstream, state: 'draining' }, second.upstream],
  };
  await show(leaving);
  for (let n = 0; n < 40; n += 1) assert.equal((await visit()).text, 'second 0');

  const sessionIdleMs = 2_000;
  const drained = story.gateway.drain(['old'], { ...long, sessionIdleMs });
  let isOver = false;
  void drained.then(() => (isOver = true));
  let last = Date.now();
  for (let visits = 0; visits < 30; visits += 1) {
    const { text } = await visit(cookie);
    assert.equal(text, 'old 0');
    // On a machine that stood still for so long the session has ended, and rightly.
    if (Date.now() - last < sessionIdleMs) assert.equal(isOver, false);
    else break;
    last = Date.now();
    await pause(100);
  }
  assert.deepEqual(await drained, { cutOff: 0 });
  await show(versionOf('v1', 100, second));
  assert.equal((await visit(cookie)).text, 'second 0');
});
