import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { binaryHead } from './binary-head.test-data.ts';
import { cannedDoor, plainAnswer } from './canned-door.test-data.ts';
import { certificateShelf } from './certificate-shelf.ts';
import { usualTlsLimits } from './limits.ts';
import { authority, tlsRig } from './tls-rig.test-data.ts';
import { trustedPeers } from './trusted-peers.ts';
import { until } from './until.test-data.ts';

const hello = () => cannedDoor(({ stream }) => void stream.write(plainAnswer('hello')));
const get = 'GET / HTTP/1.1\r\nHost: app.test\r\n\r\n';

async function ask(socket: TLSSocket): Promise<string> {
  socket.write(get);
  const [bytes] = await once(socket, 'data');
  return String(bytes);
}

const namesOf = (socket: TLSSocket): string => socket.getPeerCertificate().subjectaltname ?? '';

describe('an encrypted connection', () => {
  test('speaks HTTP/1.1 with who knows nothing else, and HTTP/2 with who does', async (t) => {
    const door = hello();
    const rig = await tlsRig(t, { door });
    for (const [offered, agreed] of [
      [undefined, false],
      [['http/1.1'], 'http/1.1'],
      [['http/1.1', 'h2'], 'h2'],
    ] as const) {
      const options = offered === undefined ? {} : { ALPNProtocols: [...offered] };
      equal((await rig.connect(options)).alpnProtocol, agreed);
    }
    await rejects(rig.connect({ ALPNProtocols: ['spdy/3'] }));
  });

  test('is at least TLS 1.2', async (t) => {
    const rig = await tlsRig(t, { door: hello() });
    equal((await rig.connect({ maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2');
    await rejects(
      rig.connect({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
    );
  });

  test('carries HTTP/1.1 both ways, with its client named', async (t) => {
    const door = hello();
    const rig = await tlsRig(t, { door, trust: trustedPeers(['127.0.0.0/8']) });
    const socket = await rig.connect();
    equal(await ask(socket), plainAnswer('hello'));
    equal(await ask(socket), plainAnswer('hello'));
    deepEqual(door.visitors[0]?.peer, {
      address: '127.0.0.1',
      secure: true,
      isTrusted: true,
      protocol: 'http/1.1',
    });
    equal(rig.serving.connections(), 1);
    socket.end();
    await once(socket, 'close');
    equal(door.visitors.length, 1);
  });

  test('can bring a body larger than any buffer, while its reader pauses now and then', async (t) => {
    const door = cannedDoor(({ stream, body }) => {
      stream.write(plainAnswer(String(body.length)));
    });
    const rig = await tlsRig(t, { door });
    const socket = await rig.connect();
    socket.write('POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 1000000\r\n\r\n');
    await until(() => door.visitors.length === 1);
    const { stream } = door.visitors[0]!;
    stream.pause();
    socket.write('x'.repeat(1_000_000));
    stream.resume();
    const [bytes] = await once(socket, 'data');
    equal(String(bytes), plainAnswer('1000000'));
  });

  test('ends when its handshake takes too long', async (t) => {
    const rig = await tlsRig(t, {
      door: hello(),
      limits: { ...usualTlsLimits, handshakeMs: 20 },
    });
    const socket = connectPlain(rig.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'close');
    await until(() => rig.serving.connections() === 0);
  });

  test('is turned away when there are too many', async (t) => {
    const rig = await tlsRig(t, { door: hello(), limits: { ...usualTlsLimits, connections: 1 } });
    await rig.connect();
    await rejects(rig.connect());
  });
});

describe('certificates', () => {
  test('are chosen by the name the client asks for', async (t) => {
    const shelf = certificateShelf(
      [authority.issue(['app.test']), authority.issue(['*.wide.test'])],
      { ticketKeys: randomBytes(48) },
    );
    const rig = await tlsRig(t, { door: hello(), shelf });
    equal(namesOf(await rig.connect({ servername: 'a.wide.test' })), 'DNS:*.wide.test');
    equal(namesOf(await rig.connect()), 'DNS:app.test');
    const lax = { rejectUnauthorized: false };
    equal(namesOf(await rig.connect({ servername: 'other.test', ...lax })), 'DNS:app.test');
    equal(namesOf(await rig.connect({ servername: '', ...lax })), 'DNS:app.test');
  });

  test('change at once for new connections and never for open ones', async (t) => {
    const door = hello();
    const rig = await tlsRig(t, { door });
    const before = await rig.connect();
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) {
      rig.shelf.replace([authority.issue(['app.test', `round-${round}.test`])]);
      const [named, unnamed] = await Promise.all([
        rig.connect(),
        rig.connect({ servername: '', rejectUnauthorized: false }),
      ]);
      for (const socket of [named, unnamed]) ok(namesOf(socket).includes(`round-${round}.test`));
      equal(await ask(named), plainAnswer('hello'));
      equal(await ask(before), plainAnswer('hello'));
    }
    equal(namesOf(before), 'DNS:app.test');
  });

  test('that are not there end the handshake, until there are', async (t) => {
    const shelf = certificateShelf([], { ticketKeys: randomBytes(48) });
    const rig = await tlsRig(t, { door: hello(), shelf });
    await rejects(rig.connect());
    shelf.replace([authority.issue(['app.test'])]);
    equal(await ask(await rig.connect()), plainAnswer('hello'));
  });
});

describe('a session', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`of ${version} goes on at another worker with the same keys, and with no other`, async (t) => {
      const pair = authority.issue(['app.test']);
      const ticketKeys = randomBytes(48);
      const shelves = [ticketKeys, ticketKeys, randomBytes(48)].map((keys) =>
        certificateShelf([pair], { ticketKeys: keys }),
      );
      const rigs = await Promise.all(shelves.map((shelf) => tlsRig(t, { door: hello(), shelf })));
      const resumed: boolean[] = [];
      const first = await rigs[0]!.connect({ maxVersion: version });
      const [[session]] = await Promise.all([sessionOf(first), ask(first)]);
      for (const rig of rigs) {
        const socket = await rig.connect({ maxVersion: version, session });
        resumed.push(socket.isSessionReused());
      }
      deepEqual(resumed, [true, true, false]);
    });
  }

  test('ends with its keys', async (t) => {
    const rig = await tlsRig(t, { door: hello() });
    const first = await rig.connect();
    const [[session]] = await Promise.all([sessionOf(first), ask(first)]);
    rig.shelf.setTicketKeys(randomBytes(48));
    equal((await rig.connect({ session })).isSessionReused(), false);
    equal(
      (await rig.connect({ session, servername: '', rejectUnauthorized: false })).isSessionReused(),
      false,
    );
  });
});

/** In TLS 1.2 the ticket has come with the handshake. */
async function sessionOf(socket: TLSSocket): Promise<[Buffer]> {
  const known = socket.getProtocol() === 'TLSv1.2' ? socket.getSession() : undefined;
  return known === undefined ? ((await once(socket, 'session')) as [Buffer]) : [known];
}

describe('behind a load balancer', () => {
  const trust = trustedPeers(['127.0.0.1']);

  async function shaken(port: number, head: Buffer): Promise<TLSSocket> {
    const plain = connectPlain(port, '127.0.0.1');
    plain.on('error', () => {});
    plain.write(head);
    const socket = connect({ socket: plain, servername: 'app.test', ca: authority.certificate });
    await once(socket, 'secureConnect');
    return socket;
  }

  test('the client is the one it names', async (t) => {
    const door = hello();
    const rig = await tlsRig(t, { door, trust, proxyProtocol: true });
    for (const head of [
      Buffer.from('PROXY TCP4 192.0.2.9 192.0.2.2 4000 443\r\n'),
      binaryHead({ command: 0x20 }),
      binaryHead(),
    ]) {
      const socket = await shaken(rig.port, head);
      equal(await ask(socket), plainAnswer('hello'));
      socket.destroy();
    }
    const peers = door.visitors.map(({ peer }) => [peer.address, peer.isTrusted]);
    deepEqual(peers, [
      ['192.0.2.9', false],
      ['127.0.0.1', true],
      ['192.0.2.1', false],
    ]);
  });

  test('who sends no good head is let go', async (t) => {
    const door = hello();
    const limits = { ...usualTlsLimits, proxyHeadMs: 50 };
    const rig = await tlsRig(t, { door, trust, limits, proxyProtocol: true });
    await rejects(rig.connect());
    for (const start of ['', 'PROXY TCP4 1', 'PROXY X\r\n', '\r\n\r\n\0\r\nQUIX']) {
      const socket = connectPlain(rig.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(start);
      await once(socket, 'close');
    }
    await until(() => rig.serving.connections() === 0);
    equal(door.visitors.length, 0);
  });

  test('nobody else may name a client', async (t) => {
    const rig = await tlsRig(t, {
      door: hello(),
      trust: trustedPeers(['192.0.2.1']),
      proxyProtocol: true,
    });
    await rejects(shaken(rig.port, Buffer.from('PROXY UNKNOWN\r\n')));
  });
});
