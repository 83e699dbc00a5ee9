import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import {
  fakeAudit,
  fakeAuthenticate,
  fakeHandlers,
  fakeTokens,
} from '../../test/fakes/api-handlers.ts';
import { fakeTerminal } from '../../test/fakes/terminal.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { apiServer } from './server.ts';

let app: FastifyInstance;
let base = '';
const audit = fakeAudit();
let opened: ReturnType<typeof fakeTerminal> | null = null;
let input: unknown;

before(async () => {
  app = apiServer({
    version: '0.0.0',
    authenticate: fakeAuthenticate,
    audit,
    handlers: fakeHandlers({
      openTerminal: async (given) => {
        if (given.environment === 'no') {
          throw new SignalboxError({ code: 'environment/unknown', what: 'None.', fix: ['Look.'] });
        }
        input = given;
        opened = fakeTerminal();
        return opened.terminal;
      },
    }),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  base = `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
after(() => app.close());

const at = (environment: string, query = ''): string =>
  `${base}/api/v1/environments/${encodeURIComponent(environment)}/terminal${query}`;
const connect = (url: string, token?: string): WebSocket =>
  new WebSocket(url, { headers: token ? { authorization: `Bearer ${token}` } : {} });

for (const [title, path, token, status, code] of [
  ['no token', at, undefined, 401, 'api/no-token'],
  ['a viewer', at, fakeTokens.viewer, 403, 'api/forbidden'],
  [
    'an environment that is not there',
    () => at('no'),
    fakeTokens.developer,
    404,
    'environment/unknown',
  ],
  ['a wrong question', () => at('x', '?colour=red'), fakeTokens.developer, 400, 'api/invalid'],
  ['another path', () => `${base}/api/v1/apps`, fakeTokens.admin, 404, 'api/no-such-path'],
] as const) {
  test(`${title} is refused with ${status} before there is a WebSocket`, async () => {
    const socket = connect(path('x'), token);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const body = Buffer.concat(await response.toArray()).toString();
    assert.equal(response.statusCode, status);
    assert.equal((JSON.parse(body) as { code: string }).code, code);
  });
}

test('bytes go both ways, sizes arrive, the exit code is passed on, and it is audited', async () => {
  const url = at('shop/preview/a', '?command=cat&terminal=true&columns=100&rows=40');
  const socket = connect(url, fakeTokens.developer);
  await once(socket, 'open');
  assert.deepEqual(input, {
    environment: 'shop/preview/a',
    command: 'cat',
    terminal: true,
    columns: 100,
    rows: 40,
  });
  socket.send(Buffer.from('hello'));
  const [echo, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
  assert.deepEqual([echo.toString(), isBinary], ['hello', true]);
  socket.send('{"columns":120,"rows":50}');
  socket.send('not JSON');
  socket.send('{"end":true}');
  const [last] = (await once(socket, 'message')) as [Buffer];
  assert.equal(last.toString(), '{"exitCode":7}');
  await once(socket, 'close');
  assert.deepEqual(opened?.sizes, [[120, 50]]);
  assert.equal(audit.entries.at(-1)?.action, 'openTerminal');
});

test('the command ends when its client is gone', async () => {
  const socket = connect(at('x'), fakeTokens.admin);
  await once(socket, 'open');
  socket.terminate();
  await opened?.closed;
});
