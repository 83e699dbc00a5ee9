import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import {
  answering,
  doorTo,
  httpInstance,
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

const upgrade =
  'GET /socket HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: words\r\n\r\n';
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: words\r\nX-A: b\r\n\r\n';

test('a WebSocket talks both ways, and a refused one gets the refusal', async () => {
  const server = await httpInstance(undo, (_incoming, answer) => void answer.end());
  const sockets = new WebSocketServer({
    server,
    verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== '/no',
  });
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  const { port, instance, route } = await doorTo(undo, server.port);
  const dial = (path: string) =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: 'shop.test' } });
  const socket = dial('/yes');
  await once(socket, 'open');
  for (const message of ['hello', 'x'.repeat(3_000_000)]) {
    socket.send(message);
    assert.equal(String((await once(socket, 'message'))[0]), message);
  }
  assert.deepEqual([route.activity.open, instance.endpoint.open], [1, 1]);
  socket.close();
  await once(socket, 'close');
  await until(() => instance.endpoint.open === 0);
  assert.deepEqual(instance.events, ['began', 'answered 101']);
  const [, refusal] = (await once(dial('/no'), 'unexpected-response')) as [
    unknown,
    IncomingMessage,
  ];
  assert.equal(refusal.statusCode, 401);
  assert.equal(refusal.headers.connection, 'close');
  refusal.resume();
});

test('the instance is asked for exactly that upgrade, and the client gets its whole answer', async () => {
  const asked: string[] = [];
  const { port } = await answering(undo, (head) => {
    asked.push(head);
    return `${switching}early`;
  });
  const { port: at } = await doorTo(undo, port);
  const client = connect(at, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write(upgrade);
  const [answer] = (await once(client, 'data')) as [Buffer];
  assert.match(asked[0] ?? '', /\r\nConnection: Upgrade\r\nUpgrade: words\r\n\r\n$/);
  assert.match(String(answer), /^HTTP\/1\.1 101 .*\r\nX-A: b\r\n.*Upgrade: words\r\n\r\n/s);
});

test('what the client sends too early waits for the instance to agree', async () => {
  let got = '';
  const { port } = await rawInstance(undo, (socket) =>
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text;
      if (text.includes('GET')) setTimeout(() => socket.write(switching), 20);
      if (text.includes('early')) socket.end('late');
    }),
  );
  const { port: at } = await doorTo(undo, port);
  assert.match(await raw(at, `${upgrade}early`), /\r\n\r\nlate$/);
  assert.match(got, /\r\n\r\nearly$/);
});

test('what follows a refused upgrade is no request', async () => {
  const asked: string[] = [];
  const { port } = await answering(undo, (head) => {
    asked.push(head);
    return 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno';
  });
  const { port: at } = await doorTo(undo, port);
  const text = await raw(at, `${upgrade}GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
  assert.match(text, /\r\nConnection: close\r\n\r\nno$/);
  assert.equal(asked.length, 1);
});

test('each side of an upgraded connection may end before the other', async () => {
  const { port } = await rawInstance(
    undo,
    (socket) => {
      socket.once('data', () => socket.write(switching));
      socket.once('end', () => setTimeout(() => socket.end('last words'), 10));
    },
    { keepsOpen: true },
  );
  const { port: at, instance, door } = await doorTo(undo, port);
  const client = connect({ port: at, host: '127.0.0.1', allowHalfOpen: true });
  undo.add(() => client.destroy());
  client.write(upgrade);
  await once(client, 'data');
  client.end();
  assert.equal(String((await once(client, 'data'))[0]), 'last words');
  await until(() => instance.endpoint.open === 0 && door.connections === 0);
});

test('when the instance ends first, the client may still speak', async () => {
  let got = '';
  const { port } = await rawInstance(
    undo,
    (socket) => {
      socket.once('data', () => {
        socket.end(switching);
        socket.on('data', (piece) => (got += String(piece)));
        socket.once('end', () => (got += '.'));
      });
    },
    { keepsOpen: true },
  );
  const { port: at, instance } = await doorTo(undo, port);
  const client = connect({ port: at, host: '127.0.0.1', allowHalfOpen: true });
  undo.add(() => client.destroy());
  client.write(upgrade);
  client.resume();
  await once(client, 'end');
  client.end('last words');
  await until(() => got === 'last words.' && instance.endpoint.open === 0);
});

test('a reset on one side of an upgraded connection ends the other', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) => {
    socket.on('data', (piece) =>
      String(piece) === 'die' ? socket.resetAndDestroy() : socket.write(switching),
    );
  });
  const { port: at, instance } = await doorTo(undo, port);
  const dial = async () => {
    const client = connect(at, '127.0.0.1');
    client.on('error', () => {});
    client.write(upgrade);
    await once(client, 'data');
    return client;
  };
  const first = await dial();
  first.resetAndDestroy();
  await until(() => sockets.size === 0);
  const second = await dial();
  second.write('die');
  await new Promise<void>((resolve) => second.once('close', () => resolve()));
  await until(() => instance.endpoint.open === 0);
});

test('an upgraded connection that says nothing for too long is closed', async () => {
  const { port, sockets } = await rawInstance(undo, (socket) => {
    socket.once('data', () => socket.write(switching));
  });
  const { port: at, door } = await doorTo(undo, port, {
    parts: { limits: { tunnelIdleMs: 500, answerMs: 50 } },
  });
  const client = connect(at, '127.0.0.1');
  client.on('error', () => {});
  client.write(upgrade);
  await once(client, 'data');
  for (let turn = 0; turn < 10; turn += 1) {
    client.write('still here');
    await new Promise((resolve) => setTimeout(resolve, 80));
  }
  assert.equal(door.connections, 1);
  await until(() => door.connections === 0 && sockets.size === 0);
});

test('neither side of an upgraded connection fills our memory', async () => {
  let taken = 0;
  const { port } = await rawInstance(undo, (socket) => {
    socket.once('data', () => {
      socket.write(switching);
      socket.pause();
      const piece = Buffer.alloc(65_536);
      const more = () => {
        while (taken < 300_000_000) {
          taken += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
      };
      more();
    });
  });
  const { port: at } = await doorTo(undo, port);
  const client = connect(at, '127.0.0.1');
  undo.add(() => client.destroy());
  client.write(upgrade);
  client.pause();
  let given = 0;
  const piece = Buffer.alloc(65_536);
  const more = () => {
    while (given < 300_000_000) {
      given += piece.length;
      if (!client.write(piece)) return void client.once('drain', more);
    }
  };
  more();
  for (let before = -1; before !== taken + given;) {
    before = taken + given;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(taken < 100_000_000 && given < 100_000_000, `${taken} and ${given} bytes were taken`);
});
