import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import {
  fakeChooser,
  fakeInstance,
  fakeRoute,
  toInstance,
} from '../../../../test/support/front-door-rig.ts';
import { frontDoor } from '../forward/front-door.ts';
import { headers, rawHttp2, request, reset } from './raw-http2.test-data.ts';
import { tlsRig } from './tls-rig.test-data.ts';
import { until } from './until.test-data.ts';

/** From an encrypted client through the real front door to a real server of node:http. */
async function chain(t: TestContext, serve: RequestListener) {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const instance = fakeInstance((server.address() as AddressInfo).port);
  const route = fakeRoute();
  const door = frontDoor({ chooser: fakeChooser(() => toInstance(route, instance)) });
  t.after(() => door.close());
  const rig = await tlsRig(t, { door });
  return { rig, door, instance, session: rig.http2() };
}

async function ask(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders,
  body?: string | Buffer,
) {
  const stream = session.request(fields, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const [answer] = await once(stream, 'response');
  const pieces: Buffer[] = await stream.toArray();
  return { status: answer[':status'], headers: answer, body: Buffer.concat(pieces) };
}

test('an HTTP/2 request reaches its instance as HTTP/1.1, and the answer its client', async (t) => {
  const { session, instance } = await chain(t, (request, response) => {
    const { method, url, headers, httpVersion } = request;
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end(JSON.stringify({ method, url, httpVersion, headers }));
  });
  const answer = await ask(session, {
    ':path': '/a?b=c',
    cookie: ['x=1', 'y=2'],
    'x-forwarded-for': '10.0.0.1',
  });
  const seen = JSON.parse(answer.body.toString());
  deepEqual([seen.method, seen.url, seen.httpVersion], ['GET', '/a?b=c', '1.1']);
  deepEqual([seen.headers.cookie, seen.headers['x-forwarded-proto']], ['x=1; y=2', 'https']);
  equal(seen.headers['x-forwarded-for'], '127.0.0.1');
  deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  ok(answer.headers['x-request-id']);
  await until(() => instance.events.includes('answered 200'));
});

test('bodies of every framing pass both ways over HTTP/2', async (t) => {
  const { session } = await chain(t, (request, response) => {
    if (request.url === '/length') response.setHeader('content-length', request.headers['x-size']!);
    request.pipe(response);
  });
  const size = 1_000_000;
  const body = Buffer.alloc(size, 'signalbox');
  const post = { ':method': 'POST', 'x-size': size };
  for (const fields of [
    { ...post, ':path': '/length', 'content-length': size },
    { ...post, ':path': '/length' },
    { ...post, ':path': '/chunks' },
  ]) {
    equal(Buffer.compare((await ask(session, fields, body)).body, body), 0);
  }
  equal((await ask(session, { ':method': 'HEAD', ':path': '/length', 'x-size': 5 })).status, 200);
});

test('many HTTP/2 requests at once get each its own answer', async (t) => {
  const { session, door } = await chain(t, (request, response) => {
    setTimeout(() => response.end(request.url), Math.random() * 5);
  });
  const paths = Array.from({ length: 300 }, (_, index) => `/${index}`);
  const answers = await Promise.all(paths.map((path) => ask(session, { ':path': path })));
  deepEqual(
    answers.map(({ body }) => body.toString()),
    paths,
  );
  await until(() => door.connections === 0);
});

test('an instance that breaks off breaks off the HTTP/2 answer', async (t) => {
  const { session } = await chain(t, (_request, response) => {
    response.write('half');
    setTimeout(() => response.destroy(), 10);
  });
  const stream = session.request({ ':path': '/' });
  const [error] = await once(stream.resume(), 'error');
  equal(error.code, 'ERR_HTTP2_STREAM_ERROR');
});

test('an HTTP/2 client that asks first is told to continue', async (t) => {
  const { session } = await chain(t, (request, response) => void request.pipe(response));
  const stream = session.request(
    { ':method': 'POST', expect: '100-continue' },
    { endStream: false },
  );
  await once(stream, 'continue');
  stream.end('body');
  equal(Buffer.concat(await stream.toArray()).toString(), 'body');
});

test('HTTP/2 clients that leave at any time leave nothing behind', async (t) => {
  const { rig, door, instance, session } = await chain(t, (request, response) => {
    request.resume();
    setTimeout(() => response.end('x'.repeat(100_000)), Math.random() * 5);
  });
  const post = request.map(([name, value]) => [name, name === ':method' ? 'POST' : value] as const);
  session.destroy();
  for (let round = 0; round < 20; round += 1) {
    const raw = await rawHttp2(rig);
    for (let id = 1; id < 19; id += 6) {
      raw.send(headers(id), headers(id + 2), headers(id + 4, post, 4));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      raw.send(reset(id), reset(id + 4, 0));
    }
    raw.socket.destroy();
  }
  await until(() => door.connections === 0 && rig.serving.connections() === 0);
  equal(instance.endpoint.open, 0);
});

test('HTTP/1.1 over TLS passes the same door', async (t) => {
  const { rig } = await chain(t, (request, response) => {
    response.end(`${request.url} ${String(request.headers['x-forwarded-proto'])}`);
  });
  const socket = await rig.connect();
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  socket.write(
    'GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\nGET /b HTTP/1.1\r\nHost: shop.test\r\n\r\n',
  );
  await until(() => text.includes('/b https'));
  ok(text.indexOf('/a https') < text.indexOf('/b https'));
});
