import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fakeInstance, toInstance } from '../../../../test/support/fake-chooser.ts';
import {
  answering,
  ask,
  doorTo,
  raw,
  rawInstance,
  type Undo,
  undoing,
  until,
} from '../../../../test/support/front-door-rig.ts';

let undo: Undo;
beforeEach(() => {
  undo = undoing();
});
afterEach(() => undo.run());

const get = 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n';
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** An instance that answers the first bytes of each connection with these and, if asked to, ends. */
const saying = (bytes: string, ends = false) =>
  rawInstance(undo, (socket) =>
    socket.once('data', () => (ends ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1'))),
  );

const nonsense: Record<string, string> = {
  'no HTTP at all': 'hello\r\n\r\n',
  'another version': 'HTTP/2.0 200 OK\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length and chunks':
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'an unknown coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n',
  'a bare line feed': 'HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\na',
  'a folded line': 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 0\r\n\r\n',
  'a switch nobody asked for':
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
  'headers without an end': `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(50_000)}`,
  'a status line without an end': `HTTP/1.1 200 ${'a'.repeat(100_000)}`,
  'chunks that are broken from the start':
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz',
  'early hints without an end': 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000),
};

for (const [name, bytes] of Object.entries(nonsense)) {
  test(`${name} from an instance is a 502, reported, and its connection is not used again`, async () => {
    const { port, sockets } = await saying(bytes);
    const { port: at, instance, chooser } = await doorTo(undo, port);
    const end = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';
    assert.match(await raw(at, end), /HTTP\/1\.1 502 Bad Gateway\r\n[^]*does not answer/);
    assert.deepEqual(instance.events, ['began', 'failed 502']);
    assert.deepEqual(chooser.reports, [`${instance.endpoint.instance} broken`]);
    assert.deepEqual([instance.endpoint.idle.length, instance.endpoint.open], [0, 0]);
    await until(() => sockets.size === 0);
  });
}

test('no answer at all is a 502, and a POST is not sent twice', async () => {
  let asked = 0;
  const { port } = await rawInstance(undo, (socket) =>
    socket.once('data', () => {
      asked += 1;
      socket.end();
    }),
  );
  const { port: at } = await doorTo(undo, port);
  assert.equal((await ask({ port: at })).status, 502);
  assert.equal((await ask({ port: at, method: 'POST', body: 'x' })).status, 502);
  assert.equal(asked, 2);
});

const brokenOff: Record<string, string> = {
  'by length': 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf',
  'in chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
};

for (const [name, bytes] of Object.entries(brokenOff)) {
  test(`an answer ${name} that breaks off is not passed for a whole one`, async () => {
    const { port } = await saying(bytes, true);
    const { port: at, instance } = await doorTo(undo, port);
    await assert.rejects(ask({ port: at }));
    await until(() => instance.events.length === 2);
    assert.deepEqual(instance.events, ['began', 'failed 0']);
  });
}

test('an answer whose chunks turn out broken is cut off', async () => {
  const { port } = await rawInstance(undo, (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
      setTimeout(() => socket.write('zz'), 10);
    }),
  );
  const { port: at, instance } = await doorTo(undo, port);
  await assert.rejects(ask({ port: at }));
  assert.deepEqual(instance.events, ['began', 'failed 0']);
  assert.equal(instance.endpoint.idle.length, 0);
});

test('an answer that should end with its connection and is reset does not look whole', async () => {
  const { port } = await rawInstance(undo, (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhalf');
      setTimeout(() => socket.resetAndDestroy(), 10);
    }),
  );
  const { port: at } = await doorTo(undo, port);
  const client = connect(at, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write(get);
  client.resume();
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
});

test('what comes behind an answer reaches nobody', async () => {
  const stolen = ok('for somebody else');
  for (const late of [0, 5]) {
    const { port, sockets } = await rawInstance(undo, (socket, connection) =>
      socket.on('data', () => {
        if (connection > 0) return void socket.write(ok('mine'));
        if (late === 0) return void socket.write(ok('mine') + stolen);
        socket.write(ok('mine'));
        setTimeout(() => socket.write(stolen), late);
      }),
    );
    const { port: at } = await doorTo(undo, port);
    assert.equal((await ask({ port: at })).text, 'mine');
    if (late > 0) await until(() => sockets.size === 0);
    assert.equal((await ask({ port: at })).text, 'mine');
    assert.equal((await ask({ port: at })).text, 'mine');
  }
});

test('an answer to HEAD that has a body, and one of 304, spoil their connection only', async () => {
  const { port } = await answering(undo, (head) =>
    head.startsWith('HEAD') ? ok('body') : 'HTTP/1.1 304 Not Modified\r\n\r\nbody',
  );
  const { port: at, instance } = await doorTo(undo, port);
  assert.equal((await ask({ port: at, method: 'HEAD' })).text, '');
  assert.equal((await ask({ port: at })).status, 304);
  assert.equal(instance.endpoint.idle.length, 0);
});

test('an answer comes through in whatever pieces it was sent', async () => {
  const answer =
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n' +
    '3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: u\r\n\r\n';
  for (const size of [1, 2, 7, 50]) {
    const { port } = await rawInstance(undo, (socket) => {
      socket.setNoDelay(true);
      socket.on('data', () => void drip(socket, answer, size));
    });
    const { port: at, instance } = await doorTo(undo, port);
    const { status, text, headers } = await ask({
      port: at,
      headers: { connection: 'keep-alive' },
    });
    assert.deepEqual([status, text, headers['x-a']], [200, 'abcde', 'b']);
    await until(() => instance.endpoint.idle.length === 1);
  }
});

async function drip(socket: { write(text: string): unknown }, text: string, size: number) {
  for (let at = 0; at < text.length; at += size) {
    socket.write(text.slice(at, at + size));
    await pause(0);
  }
}

test('two users never get each other’s answers from an instance that mixes lengths up', async () => {
  const { port } = await answering(undo, (head) => {
    const name = /GET \/(\w+)/.exec(head)?.[1] ?? '';
    const length = Math.random() < 0.5 ? name.length : name.length - 1;
    return `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${name}`;
  });
  const { port: at } = await doorTo(undo, port);
  const askAs = async (user: string) => {
    for (let turn = 0; turn < 200; turn += 1) {
      const { text } = await ask({ port: at, path: `/${user.repeat(8)}` });
      assert.match(text, new RegExp(`^${user}{7,8}$`));
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(askAs));
});

test('an instance that takes the request and never answers is a 504', async () => {
  const { port } = await rawInstance(undo, (socket) => void socket.resume());
  const {
    port: at,
    instance,
    chooser,
  } = await doorTo(undo, port, {
    parts: { limits: { answerMs: 50 } },
  });
  const { status, text } = await ask({ port: at });
  assert.equal(status, 504);
  assert.match(text, /takes too long/);
  assert.deepEqual(instance.events, ['began', 'failed 504']);
  assert.deepEqual(chooser.reports, [`${instance.endpoint.instance} broken`]);
});

test('an answer whose head is out may take as long as it likes', async () => {
  const { port } = await rawInstance(undo, (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst');
      setTimeout(() => socket.write('last'), 300);
    }),
  );
  const { port: at } = await doorTo(undo, port, {
    parts: { limits: { answerMs: 50, idleMs: 50, headMs: 50, bodyStallMs: 50 } },
  });
  assert.equal((await ask({ port: at })).text, 'firstlast');
});

test('an instance that is not there is passed over for another, whatever the method', async () => {
  const { port } = await answering(undo, (head) => ok(head.slice(0, 4)));
  const gone = await rawInstance(undo, () => {});
  gone.server.close();
  await once(gone.server, 'close');
  const { port: at, chooser, route, instance } = await doorTo(undo, port);
  const dead = fakeInstance(gone.port);
  chooser.choices = () => toInstance(route, dead);
  chooser.others = [instance];
  assert.equal((await ask({ port: at })).text, 'GET ');
  assert.equal((await ask({ port: at, method: 'POST', body: 'x' })).text, 'POST');
  assert.deepEqual(dead.events, ['began', 'retried', 'began', 'retried']);
  assert.deepEqual(instance.events.slice(0, 2), ['began', 'answered 200']);
  assert.deepEqual(chooser.reports.slice(0, 2), [
    `${dead.endpoint.instance} unreachable`,
    `${instance.endpoint.instance} fine`,
  ]);
  chooser.others = [];
  assert.equal((await ask({ port: at })).status, 502);
  assert.deepEqual([dead.endpoint.open, instance.endpoint.open], [0, 0]);
});

test('the body of a request that had to move on arrives whole', async () => {
  const body = Buffer.alloc(3_000_000, 'signalbox').toString();
  let got = '';
  const { port } = await rawInstance(undo, (socket) => {
    socket.setEncoding('latin1').on('data', (piece: string) => {
      got += piece;
      if (got.endsWith('signaEND')) socket.end(ok('thanks'));
    });
  });
  const gone = await rawInstance(undo, () => {});
  gone.server.close();
  await once(gone.server, 'close');
  const { port: at, chooser, route, instance } = await doorTo(undo, port);
  chooser.choices = () => toInstance(route, fakeInstance(gone.port));
  chooser.others = [instance];
  const sent = `${body.slice(0, -4)}END`.replace(/.{5}END$/, 'signaEND');
  assert.equal((await ask({ port: at, method: 'POST', body: sent })).text, 'thanks');
  assert.equal(got.slice(got.indexOf('\r\n\r\n') + 4), sent);
});
