import assert from 'node:assert/strict';
import { Agent, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import {
  ask,
  doorTo,
  httpInstance,
  type RawInstance,
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

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** An instance whose connections answer once and die with the second request. */
function dyingAtTheSecond(asked: string[]): Promise<RawInstance> {
  return rawInstance(undo, (socket) => {
    let answers = 0;
    socket.setEncoding('latin1').on('data', (head: string) => {
      asked.push(head.slice(0, head.indexOf(' ')));
      answers += 1;
      if (answers === 1) socket.write(ok);
      else socket.destroy();
    });
  });
}

test('a request on a used connection that dies before its answer is sent once more on a new one', async () => {
  const asked: string[] = [];
  const { port } = await dyingAtTheSecond(asked);
  const { port: at, instance, chooser } = await doorTo(undo, port);
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PUT']) {
    instance.events.length = 0;
    assert.equal((await ask({ port: at })).status, 200);
    assert.equal((await ask({ port: at, method })).status, 200);
    assert.deepEqual(instance.events.slice(2), ['began', 'retried', 'answered 200']);
    for (const connection of instance.endpoint.idle.slice()) connection.close();
    await until(() => instance.endpoint.idle.length === 0);
  }
  assert.ok(chooser.reports.every((report) => report.endsWith('fine')));
});

test('what cannot be sent twice goes over a connection of its own', async () => {
  const asked: string[] = [];
  const { port } = await dyingAtTheSecond(asked);
  const { port: at } = await doorTo(undo, port);
  for (const [method, body] of [
    ['POST', ''],
    ['PATCH', 'x'],
    ['PUT', 'x'],
    ['POST', 'x'],
  ] as const) {
    assert.equal((await ask({ port: at })).status, 200);
    assert.equal((await ask({ port: at, method, body })).status, 200);
  }
});

test('an instance that keeps unused connections open for long gets even a POST over a used one', async () => {
  let connections = 0;
  const { port } = await rawInstance(undo, (socket) => {
    connections += 1;
    socket.on('data', () => socket.write(ok));
  });
  const { port: at, instance } = await doorTo(undo, port, {
    parts: { limits: { instanceIdleMs: 60 } },
  });
  const post = () => ask({ port: at, method: 'POST', body: 'x' });
  await post();
  await post();
  assert.equal(connections, 2);
  await until(() => instance.endpoint.idle.length === 0);
  await post();
  await post();
  assert.equal(connections, 3);
});

test('a request that dies twice is not sent a third time', async () => {
  let asked = 0;
  const { port } = await rawInstance(undo, (socket, connection) =>
    socket.on('data', () => {
      asked += 1;
      if (asked === 1) socket.write(ok);
      else socket.destroy();
      assert.ok(connection < 2);
    }),
  );
  const { port: at, instance } = await doorTo(undo, port);
  assert.equal((await ask({ port: at })).status, 200);
  assert.equal((await ask({ port: at })).status, 502);
  assert.equal(asked, 3);
  assert.equal(instance.endpoint.open, 0);
});

test('once a byte of the answer came, nothing is sent again', async () => {
  let asked = 0;
  const { port } = await rawInstance(undo, (socket) =>
    socket.on('data', () => {
      asked += 1;
      if (asked === 1) socket.write(ok);
      else socket.end('H');
    }),
  );
  const { port: at } = await doorTo(undo, port);
  assert.equal((await ask({ port: at })).status, 200);
  assert.equal((await ask({ port: at })).status, 502);
  assert.equal(asked, 2);
});

test('2000 requests survive an instance that closes its unused connections at once', async () => {
  const server = await httpInstance(undo, (incoming, answer) => void incoming.pipe(answer));
  // Closed without a word of warning, as many servers do, while the next request may be on its way.
  const latest = new WeakMap<Socket, IncomingMessage>();
  server.on('request', (incoming: IncomingMessage, answer) => {
    const { socket } = incoming;
    latest.set(socket, incoming);
    const close = () => latest.get(socket) === incoming && socket.destroy();
    answer.once('finish', () => setTimeout(close, 1));
  });
  const { port } = await doorTo(undo, server.port);
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  undo.add(() => agent.destroy());
  const each = Array.from({ length: 2_000 }, async (_, index) => {
    const body = index % 2 === 0 ? `${index}` : '';
    const method = index % 2 === 0 ? 'POST' : 'GET';
    return (await ask({ port, agent, method, body })).text === body;
  });
  assert.equal((await Promise.all(each)).filter((isRight) => !isRight).length, 0);
});
