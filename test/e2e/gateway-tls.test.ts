import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { type ClientHttp2Session, connect } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { routeBetween, versionOf } from '../../src/gateway/gateway.contract.ts';
import { freePort, startInstance } from '../support/gateway-rig.ts';
import { type GatewayStory, gatewayStory, killed, shop } from '../support/gateway-story.ts';
import { helloFiles, sampleApp } from '../support/sample-app.ts';
import { eventually } from '../support/signalbox.ts';
import { testAuthority } from '../support/test-certificates.ts';
import { upProgram } from '../support/up-program.ts';

const authority = testAuthority();
const own = authority.issue(['shop.test']);
const wildcard = authority.issue(['*.preview.test']);

let story: GatewayStory;
let port: number;

before(async () => {
  port = await freePort();
  story = await gatewayStory({ workers: 2, listenTls: `127.0.0.1:${port}` });
  const { upstream, server } = await startInstance(story.undo, {
    name: 'one',
    app({ headers, httpVersion }, response) {
      response.end([headers['x-forwarded-proto'], httpVersion, headers.host].join(' '));
    },
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (text: Buffer) => socket.send(text)));
  const instance = { upstream, heard: [], setHealthy: () => undefined };
  await story.gateway.apply(
    [shop.host, 'tea.preview.test'].map((host) => ({
      set: routeBetween(host, [versionOf('v1', 100, instance)]),
    })),
  );
  await story.gateway.setCertificates([own, wildcard]);
});

after(() => story?.end());

interface Met {
  text: string;
  cookie: string;
  serial: string;
}

/** HTTP/1.1; on a connection of its own unless there is an agent. */
function visit(host: string, agent?: Agent, at = port): Promise<Met> {
  return new Promise((resolve, reject) => {
    const how = { host: '127.0.0.1', port: at, servername: host, ca: authority.certificate };
    const asked = request({ ...how, headers: { host }, agent: agent ?? false }, (answer) => {
      const { serialNumber } = (answer.socket as TLSSocket).getPeerCertificate();
      const cookie = answer.headers['set-cookie']?.[0] ?? '';
      let text = '';
      answer.on('data', (piece: Buffer) => (text += piece.toString()));
      answer.on('end', () => resolve({ text, cookie, serial: serialNumber }));
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function session(host: string): Promise<ClientHttp2Session> {
  const opened = connect(`https://127.0.0.1:${port}`, {
    servername: host,
    ca: authority.certificate,
  });
  story.undo.add(() => opened.destroy());
  await once(opened, 'connect');
  return opened;
}

async function over(opened: ClientHttp2Session, host: string): Promise<string> {
  const stream = opened.request({ ':path': '/', ':authority': host });
  const pieces = (await stream.toArray()) as Buffer[];
  return Buffer.concat(pieces).toString();
}

test('HTTP/1.1, HTTP/2 and WebSockets are served encrypted, each name by its own certificate', async () => {
  assert.deepEqual(await story.gateway.entrance(), { scheme: 'https', port });
  const met = await visit(shop.host);
  assert.equal(met.text, 'https 1.1 shop.test');
  const preview = await visit('tea.preview.test');
  assert.equal(preview.text, 'https 1.1 tea.preview.test');
  assert.notEqual(preview.serial, met.serial);

  const opened = await session(shop.host);
  assert.equal(opened.alpnProtocol, 'h2');
  const answers = await Promise.all(Array.from({ length: 50 }, () => over(opened, shop.host)));
  assert.deepEqual(new Set(answers), new Set(['https 1.1 shop.test']));

  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, {
    headers: { host: shop.host },
    agent: new Agent({ servername: shop.host, ca: authority.certificate }),
  });
  story.undo.add(() => socket.terminate());
  await once(socket, 'open');
  socket.send('over TLS');
  const [echo] = (await once(socket, 'message')) as [Buffer];
  assert.equal(echo.toString(), 'over TLS');
});

test('a renewed certificate serves the next handshake; who is connected goes on; bad ones change nothing', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  story.undo.add(() => agent.destroy());
  const early = await visit(shop.host, agent);
  const opened = await session(shop.host);
  const renewed = authority.issue(['shop.test']);
  await story.gateway.setCertificates([renewed, wildcard]);
  const late = await visit(shop.host);
  assert.notEqual(late.serial, early.serial);
  assert.equal((await visit(shop.host, agent)).serial, early.serial, 'the same connection');
  assert.equal(await over(opened, shop.host), 'https 1.1 shop.test');

  await assert.rejects(story.gateway.setCertificates([{ ...renewed, key: wildcard.key }]), {
    code: 'gateway/bad-certificate',
  });
  assert.equal((await visit(shop.host)).serial, late.serial);
});

test('after kill -9 of all of it the certificates are there again without anybody sending them', async () => {
  const { serial } = await visit(shop.host);
  await killed([story.primary(), ...story.workers()]);
  assert.equal(await story.gateway.tend(), 'restarted');
  const again = await eventually('it serves', () => visit(shop.host));
  assert.equal(again.serial, serial);
});

test('signalbox up --gateway-tls --certificates serves apps from files, and notices new ones', async () => {
  const app = await sampleApp('tea', helloFiles('tea'));
  story.undo.add(() => app.end());
  const program = await upProgram(app);
  story.undo.add(() => program.end());
  const certificates = join(program.directory, 'certificates');
  const lay = async (): Promise<void> => {
    const { certificate, key } = authority.issue(['tea.localhost', '*.tea.localhost']);
    await writeFile(join(certificates, 'tea.key'), key, { mode: 0o600 });
    await writeFile(join(certificates, 'tea.crt'), certificate);
  };
  await mkdir(certificates);
  await lay();
  const encrypted = await freePort();
  const flags = ['--gateway-tls', `127.0.0.1:${encrypted}`, '--certificates', certificates];
  const ada = await program.start(...flags);
  assert.equal((await ada.signalbox(['app', 'add', 'tea'])).code, 0);
  await app.commit('main', 'first');
  const { output } = await app.push('signalbox', 'main');
  assert.match(output, new RegExp(`Live: https://tea\\.localhost:${encrypted}/`));
  const look = () => visit('tea.localhost', undefined, encrypted);
  const { serial, text } = await eventually('it is served encrypted', look);
  assert.equal((JSON.parse(text) as { environment: string }).environment, 'production');
  await lay();
  await eventually('the new one is served', async () => (await look()).serial !== serial);
});
