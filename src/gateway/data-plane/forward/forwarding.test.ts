import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  type IncomingMessage,
  request,
  type RequestListener,
  STATUS_CODES,
} from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import {
  answering,
  ask,
  doorTo,
  httpInstance,
  raw,
  rawInstance,
  type Undo,
  undoing,
} from '../../../../test/support/front-door-rig.ts';

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

const doorToApp = async (app: RequestListener) =>
  doorTo(undo, (await httpInstance(undo, app)).port);
const echoHead: RequestListener = (incoming, answer) =>
  void answer.end(JSON.stringify(incoming.rawHeaders));
const echoBody: RequestListener = (incoming, answer) => void incoming.pipe(answer);

/** The values of a header in a list of names and values. */
const valuesIn = (text: string) => {
  const list = JSON.parse(text) as string[];
  return (name: string) =>
    list.filter((_, at) => at % 2 === 1 && list[at - 1]?.toLowerCase() === name);
};

test('what concerns one hop stays there, and what strangers claim about themselves is overwritten', async () => {
  const { port } = await doorToApp(echoHead);
  const { text, headers } = await ask({
    port,
    headers: {
      Connection: 'close, X-Secret, Host',
      'X-Secret': 'a',
      'Keep-Alive': 'timeout=9',
      'Proxy-Authorization': 'b',
      TE: 'trailers',
      Upgrade: 'h2c',
      Forwarded: 'for=6.6.6.6',
      'X-Forwarded-For': '6.6.6.6',
      X_Forwarded_For: '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.test',
      'X-Real-IP': '6.6.6.6',
      'X-Request-Id': 'theirs',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'vendor=theirs',
      Cookie: 'kept=1',
    },
  });
  const got = valuesIn(text);
  assert.deepEqual(got('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(got('x-forwarded-proto'), ['http']);
  assert.deepEqual(got('x-forwarded-host'), ['shop.test']);
  assert.deepEqual(got('forwarded'), ['for=127.0.0.1;host=shop.test;proto=http']);
  assert.deepEqual(got('host'), ['shop.test']);
  assert.deepEqual(got('cookie'), ['kept=1']);
  assert.match(got('x-request-id').join(), /^[0-9a-f]{16}$/);
  assert.match(got('traceparent').join(), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.doesNotMatch(text, /6\.6\.6\.6|X-Secret|Keep-Alive|Proxy-|"TE"|h2c|theirs|4bf92f/);
  assert.deepEqual([headers['x-request-id']], got('x-request-id'));
});

test('a trusted peer is believed and continued', async () => {
  const { port: at } = await httpInstance(undo, echoHead);
  const { port, chooser } = await doorTo(undo, at, {
    options: { isTrusted: (address) => address === '127.0.0.1' },
  });
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
  const { text } = await ask({
    port,
    headers: {
      Forwarded: 'for=192.0.2.1;proto=https',
      'X-Forwarded-For': '192.0.2.1, 192.0.2.2',
      'X-Forwarded-Proto': 'https',
      'X-Request-Id': 'theirs',
      traceparent: trace,
      tracestate: 'vendor=theirs',
    },
  });
  const got = valuesIn(text);
  assert.deepEqual(got('x-forwarded-for'), ['192.0.2.1, 192.0.2.2, 127.0.0.1']);
  assert.deepEqual(got('x-forwarded-proto'), ['https']);
  assert.deepEqual(got('forwarded'), [
    'for=192.0.2.1;proto=https, for=127.0.0.1;host=shop.test;proto=http',
  ]);
  assert.deepEqual(got('x-request-id'), ['theirs']);
  assert.deepEqual(got('traceparent'), [trace]);
  assert.deepEqual(got('tracestate'), ['vendor=theirs']);
  assert.equal(chooser.asked[0]?.secure, true);
});

test('answers keep their status, spelling, order and repeated headers', async () => {
  const { port } = await doorToApp((_incoming, answer) => {
    const lines = ['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'X-Hop'];
    answer.writeHead(418, 'Short and stout', [...lines, 'X-Hop', 'c']);
    answer.end('tea');
  });
  const { status, raw: list, text } = await ask({ port });
  assert.deepEqual([status, text], [418, 'tea']);
  assert.deepEqual(list.slice(0, 6), ['X-A', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
  assert.ok(!list.includes('X-Hop'));
});

test('an instance that names the request itself is not contradicted', async () => {
  const { port } = await doorToApp((_incoming, answer) => {
    answer.writeHead(200, { 'X-Request-ID': 'its-own' }).end();
  });
  assert.equal((await ask({ port })).headers['x-request-id'], 'its-own');
});

test('answers without a body have none, and the connection stays usable', async () => {
  const { port, door } = await doorToApp((incoming, answer) => {
    const status = Number(incoming.url?.slice(1));
    answer.writeHead(status, STATUS_CODES[status], status === 200 ? { 'Content-Length': 7 } : {});
    answer.end(incoming.method === 'HEAD' || status !== 200 ? undefined : '1234567');
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  undo.add(() => agent.destroy());
  const head = await ask({ port, agent, method: 'HEAD', path: '/200' });
  assert.equal(head.headers['content-length'], '7');
  assert.equal((await ask({ port, agent, path: '/204' })).status, 204);
  assert.equal((await ask({ port, agent, path: '/304' })).status, 304);
  assert.equal((await ask({ port, agent, path: '/200' })).text, '1234567');
  assert.equal(door.connections, 1);
});

test('bodies of every framing and method arrive whole', async () => {
  const { port } = await doorToApp(echoBody);
  const big = Buffer.alloc(12 * 1024 * 1024, 'signalbox');
  assert.equal((await ask({ port, method: 'POST', body: big })).text, big.toString());
  for (const method of ['POST', 'PUT', 'DELETE', 'GET']) {
    const chunked = { 'Transfer-Encoding': 'chunked' };
    const pieces = await ask({ port, method, headers: chunked, body: 'in chunks' });
    assert.equal(pieces.text, 'in chunks');
    const length = { 'Content-Length': '3' };
    assert.equal((await ask({ port, method, headers: length, body: 'abc' })).text, 'abc');
  }
  assert.equal((await ask({ port, method: 'POST' })).text, '');
  const none = { 'Content-Length': '0' };
  assert.equal((await ask({ port, method: 'POST', headers: none })).text, '');
});

test('trailers pass in both directions', async () => {
  const { port } = await doorToApp((incoming, answer) => {
    answer.writeHead(200, { Trailer: 'X-Sum' });
    incoming.resume().once('end', () => {
      answer.write(JSON.stringify(incoming.trailers));
      answer.addTrailers({ 'X-Sum': '42' });
      answer.end();
    });
  });
  const text = await raw(
    port,
    'POST / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Mine\r\n\r\n' +
      '3\r\nabc\r\n0\r\nX-Mine: 7\r\n\r\n',
  );
  assert.match(text, /\{"x-mine":"7"\}/);
  assert.match(text, /0\r\nX-Sum: 42\r\n\r\n$/);
});

test('a client that waits for leave to send its body gets it from the instance', async () => {
  const { port } = await doorToApp(echoBody);
  const asked = request({
    port,
    method: 'POST',
    headers: { host: 'shop.test', Expect: '100-continue', 'Content-Length': 2 },
    agent: false,
  });
  asked.flushHeaders();
  await once(asked, 'continue');
  asked.end('ok');
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const text = (await answer.setEncoding('utf8').toArray()).join('');
  assert.equal(text, 'ok');
});

test('a client that waits for leave and gets an answer instead must connect anew', async () => {
  const { port } = await answering(undo, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
  const { port: at } = await doorTo(undo, port);
  const head =
    'POST / HTTP/1.1\r\nHost: shop.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
  assert.match(await raw(at, head), /^HTTP\/1\.1 403 .*\r\nConnection: close\r\n\r\nno$/s);
});

test('early hints pass, but not to HTTP/1.0', async () => {
  const { port } = await answering(
    undo,
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  const { port: at } = await doorTo(undo, port);
  const end = 'Host: shop.test\r\nConnection: close\r\n\r\n';
  const hint = /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n.*ok$/s;
  assert.match(await raw(at, `GET / HTTP/1.1\r\n${end}`), hint);
  assert.match(await raw(at, `GET / HTTP/1.0\r\n${end}`), /^HTTP\/1\.1 200 OK\r\n.*ok$/s);
});

test('HTTP/1.0 gets its answer without chunks, ended by the connection', async () => {
  const { port } = await doorToApp((_incoming, answer) => {
    answer.write('in ');
    answer.end('chunks');
  });
  const text = await raw(
    port,
    'GET / HTTP/1.0\r\nHost: shop.test\r\nConnection: keep-alive\r\n\r\n',
  );
  assert.match(text, /\r\nConnection: close\r\n\r\nin chunks$/);
  assert.doesNotMatch(text, /Transfer-Encoding/);
});

test('HTTP/1.0 keeps its connection when it asks for that and the answer has a length', async () => {
  const { port } = await answering(undo, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const { port: at } = await doorTo(undo, port);
  const one = 'GET / HTTP/1.0\r\nHost: shop.test\r\nConnection: keep-alive\r\n\r\n';
  const last = 'GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n';
  const text = await raw(at, one + last);
  assert.deepEqual(text.match(/Connection: .*/g), ['Connection: keep-alive', 'Connection: close']);
  assert.equal(text.match(/200 OK/g)?.length, 2);
});

test('an answer that ends with its connection ends the client’s, too', async () => {
  const { port } = await rawInstance(undo, (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nfirst ');
      setTimeout(() => socket.end('last'), 5);
    }),
  );
  const { port: at, instance } = await doorTo(undo, port);
  const text = await raw(at, 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  assert.match(text, /\r\nConnection: close\r\n\r\nfirst last$/);
  assert.equal(instance.endpoint.idle.length, 0);
});

test('pipelined requests are answered in order, however many they are', async () => {
  const { port } = await doorToApp((incoming, answer) => {
    setTimeout(() => answer.end(`<${incoming.url}>`), incoming.url === '/1' ? 20 : 0);
  });
  const one = (path: string, close = '') =>
    `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${close}\r\n`;
  const paths = Array.from({ length: 300 }, (_, index) => `/${index}`);
  const text = await raw(
    port,
    paths.map((path) => one(path)).join('') + one('/last', 'Connection: close\r\n'),
  );
  assert.deepEqual(
    text.match(/<\/\w+>/g),
    [...paths, '/last'].map((path) => `<${path}>`),
  );
});

test('a pipelined body ends where it ends', async () => {
  const { port } = await doorToApp(echoBody);
  const post = (body: string) =>
    `POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const chunked =
    'POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthird\r\n0\r\n\r\n';
  const last = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
  const text = await raw(port, post('first') + post('second') + chunked + last);
  assert.deepEqual(text.match(/first|second|third/g), ['first', 'second', 'third']);
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 4);
});

test('an answer may begin and end while the request’s body still comes', async () => {
  const { port } = await doorToApp((_incoming, answer) => {
    answer.writeHead(413, { 'Content-Length': 3 }).end('big');
  });
  const body = Buffer.alloc(300_000, 'x').toString();
  const text = await raw(
    port,
    `POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 99999999\r\n\r\n${body}`,
  );
  assert.match(text, /^HTTP\/1\.1 413 .*\r\nConnection: close\r\n\r\nbig$/s);
});
