import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { cannedDoor, plainAnswer, type Visitor } from './canned-door.test-data.ts';
import { usualTlsLimits } from './limits.ts';
import { codeOf, frameType, headers, rawHttp2 } from './raw-http2.test-data.ts';
import { tlsRig } from './tls-rig.test-data.ts';
import { until } from './until.test-data.ts';

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  trailers: Record<string, unknown> | null;
  interim: number[];
  code: number | undefined;
}

const plain = (fields: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields));

/** The answer to one request, or how far it came. */
async function ask(
  session: ClientHttp2Session,
  fields: OutgoingHttpHeaders = {},
  send: (stream: ClientHttp2Stream) => void = (stream) => void stream.end(),
): Promise<Answer> {
  const stream = session.request({ ':path': '/', ...fields }, { endStream: false });
  const answer: Answer = { status: 0, headers: {}, body: '', trailers: null, interim: [], code: 0 };
  stream.on('headers', (headers) => answer.interim.push(headers[':status'] ?? 0));
  stream.on('response', ({ ':status': status, ...headers }) => {
    answer.status = status ?? 0;
    answer.headers = plain(headers);
  });
  stream.on('trailers', (trailers) => (answer.trailers = plain(trailers)));
  stream.on('data', (bytes: Buffer) => (answer.body += bytes.toString('latin1')));
  stream.on('error', () => {});
  send(stream);
  await new Promise((resolve) => stream.once('close', resolve));
  answer.code = stream.rstCode;
  return answer;
}

const answering = (text: string) => cannedDoor(({ stream }) => void stream.write(text));

describe('an HTTP/2 request', () => {
  test('comes through the door as HTTP/1.1, from its client', async (t) => {
    const door = answering(plainAnswer('hello'));
    const session = (await tlsRig(t, { door })).http2();
    await ask(session, { ':path': '/a?b', accept: '*/*', cookie: ['a=1', 'b=2'] });
    const stream = session.request({ ':path': '/whole' });
    await once(stream.resume(), 'end');
    const [visitor, whole] = door.visitors;
    equal(whole?.head.startsWith('GET /whole HTTP/1.1\r\nHost: app.test'), true);
    equal(whole?.head.includes('Transfer-Encoding'), false);
    equal(visitor?.head.includes('Cookie: a=1; b=2\r\n'), true);
    deepEqual(visitor?.peer, {
      address: '127.0.0.1',
      secure: true,
      isTrusted: false,
      protocol: 'h2',
    });
    await until(() => door.visitors.every(({ isClosed }) => isClosed));
  });

  test('brings its body by length, or in chunks with trailers', async (t) => {
    const door = answering(plainAnswer(''));
    const session = (await tlsRig(t, { door })).http2();
    await ask(session, { ':method': 'PUT', 'content-length': 5 }, (stream) => stream.end('12345'));
    const stream = session.request({ ':method': 'POST' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'x-sum': '15', 'content-type': 'forbidden', host: 'evil' });
    });
    stream.resume().end('abc');
    await once(stream, 'close');
    equal(door.visitors[0]?.body, '12345');
    equal(door.visitors[1]?.body, '3\r\nabc\r\n0\r\nx-sum: 15\r\n\r\n');
  });

  test('and its answer may be larger than any buffer, with a slow reader on either side', async (t) => {
    const size = 3_000_000;
    const door = cannedDoor((visitor) => void sendSlowly(visitor, size));
    const session = (await tlsRig(t, { door })).http2();
    const answer = await ask(session, { ':method': 'POST' }, (stream) => {
      stream.end(Buffer.alloc(size, 'y'));
      stream.once('response', () => {
        stream.pause();
        setTimeout(() => stream.resume(), 50);
      });
    });
    equal(answer.body.length, size);
    ok(door.visitors[0]!.body.length > size);
    ok(door.visitors[0]!.drains > 0);
  });

  test('stops coming while the door does not read', async (t) => {
    const door = cannedDoor(({ stream }) => void stream.write(plainAnswer('')));
    const rig = await tlsRig(t, { door });
    const stream = rig.http2().request({ ':method': 'POST' });
    stream.write('x');
    await until(() => door.visitors.length === 1);
    const visitor = door.visitors[0]!;
    visitor.stream.pause();
    const size = 4_000_000;
    stream.end(Buffer.alloc(size, 'x'));
    stream.resume();
    await pause(100);
    ok(visitor.text.length < 2 * usualTlsLimits.streamWindowBytes);
    visitor.stream.resume();
    await once(stream, 'end');
    ok(visitor.body.length > size);
  });

  test('that its client gives up is closed and never looks whole', async (t) => {
    for (const code of [0, 8]) {
      const door = answering(plainAnswer(''));
      const session = (await tlsRig(t, { door })).http2();
      const stream = session.request({ ':method': 'POST' });
      stream.on('error', () => {});
      stream.write('abc');
      await until(() => (door.visitors[0]?.text ?? '').endsWith('abc\r\n'));
      stream.close(code);
      await until(() => door.visitors[0]?.isClosed === true);
      equal(door.visitors[0]?.text.includes('0\r\n\r\n'), false);
    }
  });

  test('is closed when its connection breaks', async (t) => {
    const door = cannedDoor(() => {});
    const session = (await tlsRig(t, { door })).http2();
    session.request({ ':path': '/' }).on('error', () => {});
    await until(() => door.visitors.length === 1);
    session.destroy();
    await until(() => door.visitors[0]?.isClosed === true);
  });
});

/** As fast as the stream takes it. */
async function sendSlowly(visitor: Visitor, size: number): Promise<void> {
  const { stream } = visitor;
  stream.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += 100_000) {
    const before = visitor.drains;
    if (!stream.write(Buffer.alloc(100_000, 'x'))) await until(() => visitor.drains > before);
  }
}

describe('an HTTP/2 answer', () => {
  const head = 'HTTP/1.1 200 OK\r\n';

  const cases: Record<string, { text: string; method?: string; is: Partial<Answer> }> = {
    'of known length': {
      text: plainAnswer('hello', 'X-One: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n'),
      is: {
        status: 200,
        body: 'hello',
        headers: { 'content-length': '5', 'x-one': '1', 'set-cookie': ['a', 'b'] },
      },
    },
    'in chunks': {
      text: `${head}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
      is: { body: 'abcde', headers: {}, trailers: null, code: 0 },
    },
    'with trailers': {
      text: `${head}Trailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0;a=b\r\nX-Sum: 6\r\nx-b: c d\r\n\r\n`,
      is: { body: 'abc', trailers: { 'x-sum': '6', 'x-b': 'c d' }, headers: { trailer: 'x-sum' } },
    },
    'without a body': {
      text: 'HTTP/1.1 204 No Content\r\nX-One: 1\r\n\r\n',
      is: { status: 204, body: '', headers: { 'x-one': '1' } },
    },
    'that has not changed': {
      text: 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
      is: { status: 304, headers: { etag: '"x"' } },
    },
    'to HEAD': {
      text: `${head}Content-Length: 7\r\n\r\n`,
      method: 'HEAD',
      is: { status: 200, body: '', headers: { 'content-length': '7' } },
    },
    'behind interim ones': {
      text: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${plainAnswer('x')}`,
      is: { status: 200, body: 'x', interim: [100, 103] },
    },
    'without the headers of the connection': {
      text: plainAnswer(
        'x',
        'Connection: close\r\nKeep-Alive: timeout=5\r\nProxy-Connection: x\r\n',
      ),
      is: { headers: { 'content-length': '1' } },
    },
    'with bytes beyond ASCII': {
      text: plainAnswer('\xe9\xff'),
      is: { body: '\xe9\xff' },
    },
    'that HTTP/2 knows no way to say': {
      text: 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      is: { status: 0, code: 2 },
    },
    'that is no answer': { text: 'HTTP/9 OK\r\n\r\n', is: { status: 0, code: 2 } },
    'with bad chunks': {
      text: `${head}Transfer-Encoding: chunked\r\n\r\nx\r\n`,
      is: { body: '', code: 2 },
    },
  };

  for (const [name, { text, method = 'GET', is }] of Object.entries(cases)) {
    for (const pieces of ['one piece', 'single bytes', 'buffers'] as const) {
      test(`${name}, in ${pieces}`, async (t) => {
        const door = cannedDoor(({ stream }) => writeIn(pieces, text, stream));
        const session = (await tlsRig(t, { door })).http2();
        const answer = await ask(session, { ':method': method });
        for (const [field, value] of Object.entries(is)) {
          deepEqual(answer[field as keyof Answer], value, field);
        }
      });
    }
  }

  test('that ends with its connection ends so', async (t) => {
    const door = cannedDoor(({ stream }) => {
      stream.write(`${head}Connection: close\r\n\r\nabc`);
      stream.write('def');
      stream.end();
    });
    const session = (await tlsRig(t, { door })).http2();
    const answer = await ask(session);
    deepEqual([answer.body, answer.code], ['abcdef', 0]);
  });

  const heads = {
    'by length': 'Content-Length: 9\r\n\r\nabc',
    'in chunks': 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    'to its end': 'Connection: close\r\n\r\nabc',
  };
  for (const [name, rest] of Object.entries(heads)) {
    test(`${name} that is cut off never looks whole`, async (t) => {
      for (const later of [(cut: () => void) => cut(), setImmediate]) {
        const door = cannedDoor(({ stream }) => {
          stream.write(head + rest);
          later(() => stream.destroy());
        });
        const raw = await rawHttp2(await tlsRig(t, { door }));
        raw.send(headers(1));
        equal(codeOf(await raw.next(frameType.reset, 1)), 2);
        ok(raw.frames.every(({ type, flags }) => type !== frameType.data || flags === 0));
        await until(() => door.visitors[0]?.isClosed === true);
      }
    });
  }

  test('that ends before its length never looks whole', async (t) => {
    const door = cannedDoor(({ stream }) => {
      stream.write(`${head}Content-Length: 9\r\n\r\nabc`);
      stream.end();
    });
    equal((await ask((await tlsRig(t, { door })).http2())).code, 2);
  });

  test('may come before the request is whole, which then need not be sent', async (t) => {
    const door = cannedDoor(() => {});
    const session = (await tlsRig(t, { door })).http2();
    const answer = ask(session, { ':method': 'POST' }, (stream) => void stream.write('x'));
    await until(() => door.visitors.length === 1);
    const { stream } = door.visitors[0]!;
    stream.write(plainAnswer('no', 'Connection: close\r\n'));
    stream.end();
    deepEqual([(await answer).body, (await answer).code], ['no', 0]);
    await until(() => door.visitors[0]?.isClosed === true);
  });
});

function writeIn(pieces: string, text: string, stream: Visitor['stream']): void {
  if (pieces === 'one piece') stream.write(text);
  else if (pieces === 'buffers') {
    for (let at = 0; at < text.length; at += 7)
      stream.write(Buffer.from(text.slice(at, at + 7), 'latin1'));
  } else for (const each of text) stream.write(each);
}
