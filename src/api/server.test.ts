import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import {
  fakeAudit,
  fakeAuthenticate,
  fakeHandlers,
  fakeTokens,
} from '../../test/fakes/api-handlers.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { all, type AnyEndpoint, type EndpointName } from './contract/all.ts';
import type { Problem } from './contract/problem.ts';
import { roles } from './contract/endpoint.ts';
import { apiServer } from './server.ts';

const audit = fakeAudit();
const bugs: unknown[] = [];
let app: FastifyInstance;

before(async () => {
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit,
    bug: (error) => bugs.push(error),
    handlers: fakeHandlers({
      listApps: async () => ({ apps: [] }),
      health: () => ({ ok: true }),
      getApp: () => {
        throw new TypeError('the password is hunter2');
      },
      setSecret: async ({ name }) => ({ text: `${name} is set.` }),
      addApp: () => {
        throw new SignalboxError({ code: 'app/exists', what: 'There is such an app.', fix: ['x'] });
      },
      keepEnvironment: async ({ environment, until, reason }) => ({
        owner: environment,
        until,
        reason,
      }),
      receiveWebhook: async (_input, { upload }) => ({ text: (await buffer(upload)).toString() }),
    }),
    extend: (app, admit) =>
      void app.get('/git/x', { onRequest: admit('developer') }, async ({ actor }) => actor.name),
  });
  await app.ready();
});
after(() => app.close());

const entries = Object.entries(all) as [EndpointName, AnyEndpoint][];
const sample: Record<string, string> = {
  environment: 'shop/staging',
  scope: 'preview',
  commit: 'abcd',
};
const urlOf = ({ path, params }: AnyEndpoint): string =>
  Object.keys(params.shape).reduce(
    (url, name) => url.replace(`:${name}`, encodeURIComponent(sample[name] ?? 'x')),
    path,
  );
// Each from another address, so that the wrong tokens of these tests are not taken for guessing.
let asked = 0;
const ask = async (
  method: string,
  url: string,
  { token, ...rest }: { token?: string; payload?: string | object; headers?: object } = {},
) => {
  const response = await app.inject({
    method: method as 'GET',
    url,
    ...rest,
    remoteAddress: `10.0.0.${(asked = (asked + 1) % 250)}`,
    headers: { ...rest.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  } as never);
  return { status: response.statusCode, headers: response.headers, body: response.json<Problem>() };
};

for (const [name, endpoint] of entries) {
  const { method, role } = endpoint;
  test(`${name} lets in ${role} and above, nobody below`, async () => {
    if (role === 'public') return;
    assert.equal((await ask(method, urlOf(endpoint))).body.code, 'api/no-token');
    assert.equal((await ask(method, urlOf(endpoint), { token: 'sbx_no' })).status, 401);
    for (const has of ['viewer', 'developer', 'admin'] as const) {
      const { status } = await ask(method, urlOf(endpoint), { token: fakeTokens[has] });
      assert.equal(status === 403, roles.indexOf(has) < roles.indexOf(role), `${has}: ${status}`);
    }
  });

  test(`${name} has no field that stands for two things`, () => {
    const names = [endpoint.params, endpoint.query, endpoint.body].flatMap((fields) =>
      Object.keys(fields?.shape ?? {}),
    );
    assert.equal(new Set(names).size, names.length);
    const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    assert.deepEqual(new Set(inPath), new Set(Object.keys(endpoint.params.shape)));
  });
}

test('only the health check, the signed webhooks and signing in and out are public', () => {
  const open = entries.filter(([, { role }]) => role === 'public').map(([name]) => name);
  const session = ['closeSession', 'getSession', 'openSession'];
  assert.deepEqual(
    open.sort(),
    [...session, 'health', 'receiveHostWebhook', 'receiveWebhook'].sort(),
  );
});

test('nothing that changes is open to viewers, apart from their own chat accounts', () => {
  const changing = entries.filter(([, { method }]) => method !== 'GET');
  assert.deepEqual(
    changing.filter(([, { role }]) => role === 'viewer').map(([name]) => name),
    ['makeMyCode', 'unlinkMyAccount'],
  );
});

test('the OpenAPI document is valid and has every endpoint', async () => {
  const document = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
  const result = await new Validator().validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors ?? null).slice(0, 2000));
  const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
  assert.equal(operations.length, entries.length);
});

test('a refusal is problem+json with its fix, its status and its address in the docs', async () => {
  const { status, headers, body } = await ask('POST', '/api/v1/apps', {
    token: fakeTokens.admin,
    payload: { name: 'shop' },
  });
  assert.equal(status, 409);
  assert.match(String(headers['content-type']), /^application\/problem\+json/);
  assert.deepEqual(body, {
    type: '/docs/errors.md#app/exists',
    title: 'There is such an app.',
    status: 409,
    code: 'app/exists',
    fix: ['x'],
  });
});

test('a bug answers 500 without a word of its message, and is told to the log', async () => {
  const { status, body } = await ask('GET', '/api/v1/apps/shop', { token: fakeTokens.viewer });
  assert.equal(status, 500);
  assert.doesNotMatch(JSON.stringify(body), /hunter2/);
  assert.match(String(bugs.at(-1)), /hunter2/);
});

for (const [title, [method, url, payload, headers], status, code] of [
  ['an unknown path', ['GET', '/api/v1/nothing'], 404, 'api/no-such-path'],
  ['a wrong method', ['PUT', '/api/v1/apps'], 405, 'api/wrong-method'],
  ['broken JSON', ['POST', '/api/v1/apps', '{"name":'], 400, 'api/invalid-json'],
  ['poisoned JSON', ['POST', '/api/v1/apps', '{"__proto__":{"a":1}}'], 400, 'api/invalid-json'],
  ['an unknown field', ['POST', '/api/v1/apps', '{"name":"shop","nmae":1}'], 400, 'api/invalid'],
  [
    'a NUL character',
    ['POST', '/api/v1/apps', '{"name":"shop","source":"\\u0000"}'],
    400,
    'api/invalid',
  ],
  ['a field given twice', ['GET', '/api/v1/environments?app=a&app=b'], 400, 'api/invalid'],
  [
    'a body beyond a megabyte',
    ['POST', '/api/v1/apps', 'x'.repeat(1_000_001)],
    413,
    'api/too-large',
  ],
  [
    'a body that is not JSON',
    ['POST', '/api/v1/apps', '<a/>', { 'content-type': 'text/xml' }],
    415,
    'api/wrong-media-type',
  ],
  [
    'a terminal without WebSocket',
    ['GET', '/api/v1/environments/x/terminal'],
    426,
    'api/needs-websocket',
  ],
  ['an encoding that is none', ['GET', '/api/v1/apps/%zz'], 400, 'api/bad-request'],
] as const) {
  test(`${title} is refused as ${code}`, async () => {
    const answer = await ask(method, url, {
      token: fakeTokens.admin,
      ...(payload ? { payload, headers: headers ?? { 'content-type': 'application/json' } } : {}),
    });
    assert.deepEqual(
      [answer.status, answer.body.code],
      [status, code],
      JSON.stringify(answer.body),
    );
    assert.ok(answer.body.fix.length > 0);
  });
}

test('the method that is possible is named', async () => {
  const { headers } = await ask('PUT', '/api/v1/apps');
  assert.equal(headers['allow'], 'GET, POST');
});

test('a change is audited with its outcome and without the secret', async () => {
  const url = '/api/v1/apps/shop/secrets/preview%2Fa/KEY';
  await ask('PUT', url, { token: fakeTokens.developer, payload: { value: 'canary' } });
  assert.deepEqual(audit.entries.at(-1), {
    actor: 'the developer',
    action: 'setSecret',
    subject: 'shop preview/a KEY',
    details: {},
    outcome: 'done',
  });
  await ask('POST', '/api/v1/apps', { token: fakeTokens.admin, payload: { name: 'shop' } });
  assert.equal(audit.entries.at(-1)?.outcome, 'app/exists');
});

test('reading is not audited', async () => {
  const before = audit.entries.length;
  await ask('GET', '/api/v1/apps', { token: fakeTokens.viewer });
  assert.equal(audit.entries.length, before);
});

test('times are Date inside and ISO outside, and an address in a path is decoded', async () => {
  const branch = `shop/preview/${'ä'.repeat(200)}`;
  const { body } = await ask('PUT', `/api/v1/environments/${encodeURIComponent(branch)}/lease`, {
    token: fakeTokens.developer,
    payload: { until: '2026-12-24T00:00:00+01:00', reason: 'demo' },
  });
  assert.deepEqual(body, {
    owner: branch,
    until: '2026-12-23T23:00:00.000Z',
    reason: 'demo',
  });
});

test('an upload reaches its handler as bytes, whatever its media type, up to its limit', async () => {
  const url = '/api/v1/apps/shop/webhook';
  const json = await ask('POST', url, {
    payload: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal((json.body as unknown as { text: string }).text, '{"a":1}');
  const response = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain' },
    payload: Readable.from(Array.from({ length: 60 }, () => Buffer.alloc(100_000))),
  });
  assert.equal(response.statusCode, 413);
});

test('git is let in with the token as its password and asked for one otherwise', async () => {
  const basic = (text: string) => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  const asked = await app.inject({ url: '/git/x' });
  assert.equal(asked.headers['www-authenticate'], 'Basic realm="Signalbox"');
  for (const pair of [`me:${fakeTokens.developer}`, `${fakeTokens.developer}:`]) {
    assert.equal((await app.inject({ url: '/git/x', headers: basic(pair) })).body, 'the developer');
  }
  const viewer = await app.inject({ url: '/git/x', headers: basic(`me:${fakeTokens.viewer}`) });
  assert.equal(viewer.statusCode, 403);
});
