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
import { gitRoutes } from './routes/git.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { apiServer } from './server.ts';
import { auditLog, authenticate, createToken } from './tables.ts';

const page = new URL('../../docs/guides/roles.md', import.meta.url);

test('docs/guides/roles.md is what the contract says (WRITE_ROLES=1 writes it)', async () => {
  if (process.env['WRITE_ROLES']) await writeFile(page, rolesPage());
  assert.equal(await readFile(page, 'utf8'), rolesPage());
});

/** Who asks, with what, and as what they count. */
const visitors: { who: string; counts: Role; token: string | null }[] = [];
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
    audit: auditLog(world.db),
    extend: (served, admit) => {
      served.addHook('onRoute', ({ method, url }) => void beside.push(`${String(method)} ${url}`));
      gitRoutes({ world, ownUrl: () => '', hookFile: '' })(served, admit);
      metricsRoutes(world)(served, admit);
      chatDoorRoutes({ receive: async () => null })(served);
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
  visitors.push({ who: 'nobody', counts: 'public', token: null });
  visitors.push({ who: 'a stranger', counts: 'public', token: 'sbx_guessed' });
  for (const role of ['viewer', 'developer', 'release-manager', 'admin'] as const)
    visitors.push({ who: `a token for a ${role}`, counts: role, token: await token(role) });
  await person('vic', 'viewer');
  await person('ada', 'admin');
  await person('gus', 'admin');
  const [ofViewer, ofAdmin, ofGone] = [
    await token('admin', 'vic'),
    await token('viewer', 'ada'),
    await token('admin', 'gus'),
  ];
  await removePerson(world, 'gus');
  visitors.push({ who: 'an admin token of a viewer', counts: 'viewer', token: ofViewer });
  visitors.push({ who: 'a viewer token of an admin', counts: 'viewer', token: ofAdmin });
  visitors.push({ who: 'a token of somebody removed', counts: 'public', token: ofGone });
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

async function ask(method: string, path: string, token: string | null): Promise<Answer> {
  const asking = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    localAddress: nextAddress(),
    agent: false,
    headers: headersOf(token),
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
    visitors.map(async ({ who, token }) => ({ who, ...(await ask(method, path, token)) })),
  );
  assert.deepEqual(
    answers.map((answer) => ({ who: answer.who, refused: isRefused(answer) ? answer.status : 0 })),
    visitors.map(({ who, counts }) => ({ who, refused: expected(counts, role) })),
  );
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
  }

  for (const { method, path, role } of besideContract) {
    test(`${method} ${path} lets in ${role ?? 'no role'} and above, nobody else`, () =>
      everybodyAsks(method, filled(path), role));
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
