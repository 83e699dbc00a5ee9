import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import type { FastifyInstance } from 'fastify';
import { apiRig, type ApiRig } from '../../test/support/api-rig.ts';
import { mayDo, type HeldRole, type Role } from '../kernel/role.ts';
import { addPerson } from '../people/add-person.ts';
import { removePerson } from '../people/remove-person.ts';
import { besideContract } from './beside-contract.ts';
import { all, type AnyEndpoint } from './contract/all.ts';
import { rolesPage } from './roles-page.ts';
import { chatDoorRoutes } from './routes/chat-door.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { gitRoutes } from './routes/git.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { apiServer } from './server.ts';
import { sessionBook } from './session-book.ts';
import { auditLog, authenticate, createToken } from './tables.ts';

const page = new URL('../../docs/guides/roles.md', import.meta.url);

test('docs/guides/roles.md is what the contract says (WRITE_ROLES=1 writes it)', async () => {
  if (process.env['WRITE_ROLES']) await writeFile(page, rolesPage());
  assert.equal(await readFile(page, 'utf8'), rolesPage());
});

/** Who asks, with what, and as what they count. */
interface Visitor {
  who: string;
  counts: Role;
  token: string | null;
  /** What their browser has, for whoever could sign in. */
  browser: { cookie: string; proof: string } | null;
}

const visitors: Visitor[] = [];
const beside: string[] = [];
let rig: ApiRig;
let app: FastifyInstance;
let port = 0;

before(async () => {
  rig = await apiRig();
  const { world } = rig;
  app = apiServer({
    version: '0.0.0',
    handlers: rig.handlers,
    authenticate: (token) => authenticate(world.db, token),
    sessions: sessionBook(world),
    audit: auditLog(world.db),
    extend: (served, admit) => {
      served.addHook('onRoute', ({ method, url }) => {
        for (const each of [method].flat()) if (each !== 'HEAD') beside.push(`${each} ${url}`);
      });
      gitRoutes({ world, ownUrl: () => '', hookFile: '' })(served, admit);
      metricsRoutes(world)(served, admit);
      chatDoorRoutes({ receive: async () => null })(served);
      dashboardRoutes(rig.directory)(served);
    },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
  await makeVisitors();
});
after(async () => {
  await app?.close();
  await rig?.close();
});

async function makeVisitors(): Promise<void> {
  const { world } = rig;
  const person = (name: string, role: HeldRole) =>
    addPerson(world, { name, role, emails: [], teams: [], by: 'test' });
  const token = async (role: HeldRole, of?: string): Promise<string> =>
    (await createToken(world.db, { name: `${role} ${of ?? ''}`, role, person: of })).token;
  const come = async (who: string, counts: Role, token: string) =>
    visitors.push({ who, counts, token, browser: await signIn(token) });
  visitors.push({ who: 'nobody', counts: 'public', token: null, browser: null });
  visitors.push({ who: 'a stranger', counts: 'public', token: 'sbx_guessed', browser: null });
  for (const role of ['viewer', 'developer', 'release-manager', 'admin'] as const)
    await come(`a token for a ${role}`, role, await token(role));
  await person('vic', 'viewer');
  await person('ada', 'admin');
  await person('gus', 'admin');
  const [ofViewer, ofAdmin, ofGone] = [
    await token('admin', 'vic'),
    await token('viewer', 'ada'),
    await token('admin', 'gus'),
  ];
  await come('an admin token of a viewer', 'viewer', ofViewer);
  await come('a viewer token of an admin', 'viewer', ofAdmin);
  await come('a token of somebody removed', 'public', ofGone);
  await removePerson(world, 'gus');
}

async function signIn(token: string): Promise<{ cookie: string; proof: string }> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const { proof } = (await answer.json()) as { proof: string };
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return { cookie, proof };
}

let asked = 0;

/** Each from another address of this machine, so that wrong tokens are not taken for guessing. */
function nextAddress(): string {
  asked += 1;
  return `127.1.${Math.floor(asked / 250)}.${(asked % 250) + 1}`;
}

const headersOf = (token: string | null): Record<string, string> =>
  token === null ? {} : { authorization: `Bearer ${token}` };

interface Answer {
  status: number;
  body: string;
}

async function ask(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const asking = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    localAddress: nextAddress(),
    agent: false,
    headers,
  });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return readAnswer(response);
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const status = response.statusCode ?? 0;
  if (status === 200) {
    // Some answers have no end.
    response.destroy();
    return { status, body: '' };
  }
  return { status, body: Buffer.concat(await response.toArray()).toString() };
}

/** What the door says, and not what a webhook's signature says. */
const isRefused = ({ status, body }: Answer): boolean =>
  (status === 401 && !body.includes('api/wrong-signature')) || status === 403;

const expected = (counts: Role, role: Role | null): number =>
  role !== null && mayDo(counts, role) ? 0 : counts === 'public' && role !== null ? 401 : 403;

async function everybodyAsks(method: string, path: string, role: Role | null): Promise<void> {
  const answers = await Promise.all(
    visitors.map(async ({ who, token }) => ({
      who,
      ...(await ask(method, path, headersOf(token))),
    })),
  );
  assert.deepEqual(
    answers.map((answer) => ({ who: answer.who, refused: isRefused(answer) ? answer.status : 0 })),
    visitors.map(({ who, counts }) => ({ who, refused: expected(counts, role) })),
  );
}

/** Each with a browser's cookie, with and without the proof. `cookieOpens`: whether a cookie counts there at all. */
async function everyBrowserAsks(
  { method, path, role }: { method: string; path: string; role: Role | null },
  cookieOpens: boolean,
): Promise<void> {
  for (const { who, counts, browser } of visitors) {
    if (!browser) continue;
    const refused = (answer: Answer): number => (isRefused(answer) ? answer.status : 0);
    const { cookie, proof } = browser;
    const alone = await ask(method, path, { cookie });
    const proved = await ask(method, path, { cookie, 'x-signalbox-proof': proof });
    const opens = expected(cookieOpens ? counts : 'public', role);
    const unproved = opens === 0 && role !== 'public' && method !== 'GET' ? 403 : opens;
    assert.deepEqual([refused(alone), refused(proved)], [unproved, opens], who);
    if (unproved !== opens) assert.match(alone.body, /api\/no-proof/);
  }
}

/** Names that are right and mean nothing here. */
const sample: Record<string, string> = {
  environment: 'shop/staging',
  scope: 'preview',
  commit: 'abcd',
  number: '1',
  email: 'nobody@example.com',
};
const filled = (path: string): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(sample[name] ?? 'x'));

describe('over HTTP', () => {
  for (const { method, path, role, summary } of Object.values(all) as AnyEndpoint[]) {
    test(`${method} ${path} (${summary}) lets in ${role} and above, nobody else`, () =>
      everybodyAsks(method, filled(path), role));

    // After which nobody would be signed in; src/api/session.test.ts has it.
    if (method === 'DELETE' && path === all.closeSession.path) continue;
    test(`${method} ${path} lets in browsers of ${role} and above, changes only with their proof`, () =>
      everyBrowserAsks({ method, path: filled(path), role }, true));
  }

  for (const { method, path, role } of besideContract) {
    test(`${method} ${path} lets in ${role ?? 'no role'} and above, nobody else`, () =>
      everybodyAsks(method, filled(path), role));

    test(`${method} ${path} lets in nobody by cookie`, () =>
      everyBrowserAsks({ method, path: filled(path), role }, false));
  }

  test('git says at once that pushing takes a developer', () =>
    everybodyAsks('GET', '/git/x.git/info/refs?service=git-receive-pack', 'developer'));
});

test('a terminal opens by WebSocket for developers and above, for nobody else', async () => {
  const path = filled(all.openTerminal.path);
  for (const { who, counts, token } of visitors) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: headersOf(token),
      localAddress: nextAddress(),
    });
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const answer = await readAnswer(response);
    const refused = isRefused(answer) ? answer.status : 0;
    assert.equal(refused, expected(counts, all.openTerminal.role), who);
  }
});

test('the table names every route that is served beside the contract', () => {
  const ofContract = Object.values(all).map(({ method, path }) => `${method} ${path}`);
  const listed = besideContract.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    new Set([...beside, 'GET /openapi.json']).difference(new Set(ofContract)),
    new Set(listed),
  );
});
