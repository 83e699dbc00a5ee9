import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { routeBetween, type TestInstance, versionOf } from '../../src/gateway/gateway.contract.ts';
import type { Upstream } from '../../src/gateway/route.ts';
import { type App, ask, startInstance } from '../support/gateway-rig.ts';
import { type GatewayStory, gatewayStory, shop, total } from '../support/gateway-story.ts';
import { eventually } from '../support/signalbox.ts';

let story: GatewayStory;
let live: TestInstance;
let next: Upstream;
/** What the hidden instance was asked, with the cookies it saw. */
let heard: { path: string; visitHeader: unknown }[];

beforeEach(async () => {
  story = await gatewayStory();
  live = await story.instance('live');
  heard = [];
  const app: App = (request, response) => {
    heard.push({ path: request.url ?? '', visitHeader: request.headers['x-signalbox-visit'] });
    if (request.url === '/login') response.setHeader('Set-Cookie', ['session=1', 'theme=dark']);
    response.end('next');
  };
  const { upstream, server } = await startInstance(story.undo, { name: 'next', app });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send('next'));
  next = upstream;
  await show('hidden');
});

afterEach(() => story?.end());

const show = (state: Upstream['state']): Promise<void> =>
  story.gateway.apply(
    [shop.host, 'other.test'].map((host) => {
      const version = versionOf('v1', 100, live);
      const instances = [...version.instances, { ...next, state }];
      return { set: routeBetween(host, [{ ...version, instances }], { sticky: 'no' }) };
    }),
  );

const smokeTest = (forMs = 60_000) =>
  story.gateway.signedVisit({ ...shop, instance: 'next' }, forMs);

/** Who answers, by the first word. */
async function visit(headers: Record<string, string> = {}, host = shop.host): Promise<string> {
  const { text } = await ask({ port: story.port, host, headers });
  return text.split(' ')[0]!;
}

/** Keeps every cookie it is given and sends them all, as browsers do. */
function browser(first: string) {
  const jar = new Map([['lang', 'de']]);
  const keep = (cookie: string): void => {
    const [name = '', ...value] = cookie.split(';')[0]!.split('=');
    jar.set(name, value.join('='));
  };
  keep(first);
  const cookies = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  return {
    cookies,
    async open(path: string): Promise<string> {
      const asked = { port: story.port, host: shop.host, path, headers: { cookie: cookies() } };
      const { text, headers } = await ask(asked);
      headers['set-cookie']?.forEach(keep);
      return text.split(' ')[0]!;
    },
  };
}

test('a smoke test reaches the hidden instance, by header or as a browser, and nobody else does', async () => {
  const { header, cookie, expiresAt } = await smokeTest();
  assert.ok(expiresAt.getTime() > Date.now());
  for (let n = 0; n < 60; n += 1) assert.equal(await visit(), 'live');
  assert.equal(heard.length, 0);

  assert.equal(await visit({ [header.name]: header.value }), 'next');
  assert.equal(heard[0]?.visitHeader, undefined, 'the app does not learn how it was reached');
  const tester = browser(cookie);
  for (const path of ['/', '/login', '/style.css', '/basket?id=1']) {
    assert.equal(await tester.open(path), 'next', path);
  }
  assert.match(tester.cookies(), /session=1; theme=dark/);
  const socket = new WebSocket(`ws://127.0.0.1:${story.port}/live`, {
    headers: { host: shop.host, cookie: tester.cookies() },
  });
  story.undo.add(() => socket.terminate());
  const [greeting] = (await once(socket, 'message')) as [Buffer];
  assert.equal(greeting.toString(), 'next');
  socket.close();

  assert.equal(await visit({ [header.name]: header.value }, 'other.test'), 'live');
  const { v1 } = await eventually('the strangers are counted', async () => {
    const counts = await story.counted();
    return total(counts['v1']) === 60 && counts;
  });
  assert.ok(
    v1!.every(({ instance }) => instance === 'live'),
    'smoke tests are no traffic',
  );
});

test('forged and expired visits are worth nothing', async () => {
  const { header, cookie } = await smokeTest();
  const { value } = header;
  for (let at = 0; at < value.length; at += 1) {
    const other = value[at] === 'A' ? 'B' : 'A';
    const forged = value.slice(0, at) + other + value.slice(at + 1);
    assert.equal(await visit({ [header.name]: forged }), 'live', forged);
  }
  const name = cookie.slice(0, cookie.indexOf('='));
  for (const forged of ['', 'x', `${value}A`, `${value}.${value}`, '%00', 'A'.repeat(5000)]) {
    assert.equal(await visit({ cookie: `${name}=${forged}` }), 'live', forged);
  }
  assert.deepEqual(heard, []);

  const short = await smokeTest(3_000);
  const tester = browser(short.cookie);
  assert.equal(await tester.open('/'), 'next');
  await eventually('it expires', async () => (await tester.open('/')) === 'live');
  assert.ok(Date.now() >= short.expiresAt.getTime(), 'not before its time');
  assert.equal(await visit({ [short.header.name]: short.header.value }), 'live');
  assert.equal(await visit({ [header.name]: value }), 'next', 'the long one is good still');
});

test('when it is shown, everybody may meet it; when its route is gone, no visit reaches it', async () => {
  const { header } = await smokeTest();
  await show('serving');
  const met = new Set<string>();
  await eventually('both are met', async () => met.add(await visit()).size === 2);
  await story.gateway.apply([{ set: routeBetween(shop.host, [versionOf('v1', 100, live)]) }]);
  const asked = heard.length;
  const answer = await ask({
    port: story.port,
    host: shop.host,
    headers: { [header.name]: header.value },
  });
  assert.ok(answer.status >= 400, 'a smoke test must not praise another instance');
  for (let n = 0; n < 40; n += 1) assert.equal(await visit(), 'live');
  assert.equal(heard.length, asked);
});
