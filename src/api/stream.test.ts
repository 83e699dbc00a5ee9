import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import {
  fakeAudit,
  fakeAuthenticate,
  fakeHandlers,
  fakeTokens,
} from '../../test/fakes/api-handlers.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Output } from './contract/all.ts';
import { apiServer } from './server.ts';

type Event = Output<'followEvents'>;
const event = (id: number, text = `sentence ${id}`): Event => ({
  id,
  at: new Date(0),
  kind: 'test',
  app: null,
  environment: null,
  push: null,
  text,
  data: {},
});

let app: FastifyInstance;
let url = '';
let source: (after: number, signal: AbortSignal) => AsyncIterable<Event>;
let left = Promise.withResolvers<void>();

before(async () => {
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    heartbeatMs: 20,
    handlers: fakeHandlers({
      followEvents: async (_input, { after, signal }) => {
        signal.addEventListener('abort', () => left.resolve());
        return source(after ?? 0, signal);
      },
      followPush: async () => {
        throw new SignalboxError({ code: 'push/unknown', what: 'No such push.', fix: ['Look.'] });
      },
    }),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
after(() => app.close());

const headers = { authorization: `Bearer ${fakeTokens.viewer}` };
async function* upTo(last: number, after: number): AsyncIterable<Event> {
  for (let id = after + 1; id <= last; id++) yield event(id);
}

test('items come as events with their ids, then the event that says it is complete', async () => {
  source = (after) => upTo(2, after);
  const response = await fetch(`${url}/api/v1/events`, { headers });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const text = await response.text();
  const data = JSON.stringify({ ...event(1), at: '1970-01-01T00:00:00.000Z' });
  assert.ok(text.startsWith(`id: 1\ndata: ${data}\n\nid: 2\n`), text);
  assert.ok(text.endsWith('event: end\ndata: {}\n\n'));
});

test('a client that comes back with Last-Event-ID gets what it missed and nothing twice', async () => {
  source = (after) => upTo(5, after);
  const again = { ...headers, 'last-event-id': '3' };
  const text = await (await fetch(`${url}/api/v1/events`, { headers: again })).text();
  assert.deepEqual(
    [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id),
    ['4', '5'],
  );
});

test('whoever accepts plain text gets lines', async () => {
  source = (after) => upTo(2, after);
  const plain = { ...headers, accept: 'text/plain' };
  const text = await (await fetch(`${url}/api/v1/events`, { headers: plain })).text();
  assert.equal(text, '1970-01-01T00:00:00.000Z sentence 1\n1970-01-01T00:00:00.000Z sentence 2\n');
});

test('a refusal before the first item is a status, one after it an event', async () => {
  const refused = await fetch(`${url}/api/v1/pushes/none/follow`, { headers });
  assert.equal(refused.status, 404);
  source = async function* () {
    yield event(1);
    throw new SignalboxError({
      code: 'log/gone',
      what: 'The log is gone.',
      fix: ['Deploy again.'],
    });
  };
  const text = await (await fetch(`${url}/api/v1/events`, { headers })).text();
  assert.match(text, /event: problem\ndata: .*log\/gone/);
  assert.doesNotMatch(text, /event: end/);
});

test('a silent stream is kept alive, and its source is told when the client leaves', async () => {
  left = Promise.withResolvers();
  source = async function* () {
    await new Promise(() => undefined);
    yield event(1);
  };
  const request = get(`${url}/api/v1/events`, { headers });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  const [beat] = (await once(response, 'data')) as [Buffer];
  assert.equal(String(beat), ': still here\n\n');
  request.destroy();
  await left.promise;
});

test('a slow client slows its source down', async () => {
  let made = 0;
  source = async function* () {
    for (;;) yield event(++made, 'x'.repeat(100_000));
  };
  const request = get(`${url}/api/v1/events`, { headers });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  response.pause();
  let before = -1;
  while (made !== before) {
    before = made;
    await pause(100);
  }
  assert.ok(made < 1000, `${made} items of 100 kB were made for a client that reads none`);
  request.destroy();
});

test('a server that stops cuts its streams without saying they are complete', async () => {
  const own = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit: fakeAudit(),
    handlers: fakeHandlers({
      followEvents: async () =>
        (async function* () {
          yield event(1);
          await new Promise(() => undefined);
        })(),
    }),
  });
  const address = await own.listen({ port: 0, host: '127.0.0.1' });
  const response = await fetch(`${address}/api/v1/events`, { headers });
  const text = response.text().catch((error: unknown) => String(error));
  await own.close();
  assert.doesNotMatch(await text, /event: end/);
});
