import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { client } from './client.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A client of a server that answers its requests one after the other. */
async function clientOf(...answers: Answer[]) {
  const server = createServer((request, response) => answers.shift()?.(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return client({ url: `http://127.0.0.1:${port}`, token: 'sbx_x' });
}

const item = (id: number | null, text: string): string =>
  `${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify({ id, at: '2026-11-20T08:00:00Z', kind: 'x', text, ending: null })}\n\n`;
const cut: (text: string) => Answer = (text) => (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text, () => response.destroy());
};
const all = async (items: AsyncIterable<{ text: string }>): Promise<string[]> =>
  (await Array.fromAsync(items)).map(({ text }) => text);
const codeOf = (error: unknown): string =>
  error instanceof SignalboxError ? error.code : String(error);

test('a stream that is cut goes on after the last item seen, with none lost or twice', async () => {
  const resumed: unknown[] = [];
  const { stream } = await clientOf(
    cut(item(1, 'one') + item(2, 'two') + 'id: 3\ndata: {"id":3,'),
    (_request, response) => response.destroy(),
    (request, response) => {
      resumed.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`: still here\n\n${item(3, 'three')}event: end\ndata: {}\n\n`);
    },
  );
  assert.deepEqual(await all(stream('followPush', { push: 'p' })), ['one', 'two', 'three']);
  assert.deepEqual(resumed, ['2']);
});

test('a stream without ids that is cut says so, because nobody can tell what was missed', async () => {
  const { stream } = await clientOf(cut(item(null, 'one')));
  await assert.rejects(
    all(stream('followPush', { push: 'p' })),
    (error) => codeOf(error) === 'cli/cut-off',
  );
});

test('a problem in the middle of a stream is thrown as the server worded it', async () => {
  const problem = {
    type: 'x',
    title: 'The log is gone.',
    status: 404,
    code: 'log/gone',
    fix: ['y'],
  };
  const { stream } = await clientOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${item(1, 'one')}event: problem\ndata: ${JSON.stringify(problem)}\n\n`);
  });
  await assert.rejects(
    all(stream('followPush', { push: 'p' })),
    (error) => codeOf(error) === 'log/gone',
  );
});

test('what is not Signalbox, and what is another version of it, is told apart', async () => {
  const json =
    (status: number, body: string): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
  const { call } = await clientOf(
    json(502, 'Bad Gateway'),
    json(200, '{"apps":[{"name":1}]}'),
    json(200, '<html>'),
  );
  await assert.rejects(call('listApps', {}), (error) => codeOf(error) === 'cli/strange-answer');
  await assert.rejects(call('listApps', {}), (error) => codeOf(error) === 'cli/other-version');
  await assert.rejects(call('listApps', {}), (error) => codeOf(error) === 'cli/strange-answer');
});

test('addresses are encoded, absent fields are left out, the token is sent', async () => {
  let seen: IncomingMessage | undefined;
  const { call } = await clientOf((request, response) => {
    seen = request;
    response.writeHead(200).end('{"deploys":[]}');
  });
  await call('listDeploys', { environment: 'shop/preview/a b/ä?', limit: 5 });
  assert.equal(
    seen?.url,
    '/api/v1/environments/shop%2Fpreview%2Fa%20b%2F%C3%A4%3F/deploys?limit=5',
  );
  assert.equal(seen?.headers.authorization, 'Bearer sbx_x');
});
