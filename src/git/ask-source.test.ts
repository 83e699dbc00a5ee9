import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { askSource } from './ask-source.ts';
import { parseSource } from './source.ts';

async function serve(listener: RequestListener): Promise<{ origin: string; close(): void }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

describe('a source that wants credentials', () => {
  const seen: { where: string; authorization: string | undefined }[] = [];
  let other: Awaited<ReturnType<typeof serve>>;
  let asked: Awaited<ReturnType<typeof serve>>;

  before(async () => {
    const ask =
      (where: string): RequestListener =>
      (request, reply) => {
        const { authorization } = request.headers;
        seen.push({ where, authorization });
        if (request.url?.startsWith('/away/')) {
          reply
            .writeHead(302, { location: `${other.origin}${request.url.slice('/away'.length)}` })
            .end();
        } else if (authorization === undefined) {
          reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        } else reply.writeHead(404).end();
      };
    other = await serve(ask('other'));
    asked = await serve(ask('asked'));
  });
  after(() => {
    other.close();
    asked.close();
  });

  const lsRemote = (path: string) => {
    const url = new URL(path, asked.origin);
    url.username = 'ada';
    url.password = 's@cret-word';
    return askSource({ source: parseSource(url.href), command: ['ls-remote'], timeoutMs: 10_000 });
  };
  const noWord = (error: Error): boolean => {
    assert.equal((error as { code?: string }).code, 'git/cannot-fetch');
    assert.doesNotMatch(error.message, /cret-word/);
    return true;
  };

  test('gets them, and no message shows them', async () => {
    await assert.rejects(lsRemote('/shop.git'), noWord);
    const basic = `Basic ${Buffer.from('ada:s@cret-word').toString('base64')}`;
    assert.ok(
      seen.some(({ where, authorization }) => where === 'asked' && authorization === basic),
    );
  });

  test('keeps them to itself: where it redirects to gets none', async () => {
    seen.length = 0;
    await assert.rejects(lsRemote('/away/shop.git'), noWord);
    const there = seen.filter(({ where }) => where === 'other');
    assert.ok(there.length > 0);
    assert.deepEqual(
      there.filter(({ authorization }) => authorization !== undefined),
      [],
    );
  });
});
