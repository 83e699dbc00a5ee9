import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { codeHostServer, type CodeHostServer } from '../../test/support/code-host-server.ts';
import { gitlabHost } from './drivers/gitlab/gitlab-host.ts';
import type { CodeHost } from './host.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const token = 'secret-token-0123456789';

describe('a service that answers what nobody expects', () => {
  let server: CodeHostServer;
  let host: CodeHost;
  let pauses: number[];
  beforeEach(async () => {
    server = await codeHostServer({
      prefix: '/api/v4',
      authorization: `Bearer ${token}`,
      repositoryPath: /^\/projects/,
      notFound: { status: 404, json: { message: '404 Project Not Found' } },
      routes: [],
    });
    pauses = [];
    host = gitlabHost({
      app: 'shop',
      url: server.url,
      repository: 'acme/shop',
      token,
      pause: async (ms) => void pauses.push(ms),
    });
  });
  afterEach(() => server.close());

  type Answering = (response: ServerResponse, request: IncomingMessage) => void;
  const answering = (answer: Answering) => {
    server.instead = (request, response) => {
      answer(response, request);
      return true;
    };
  };
  const json = (response: ServerResponse, body: unknown, headers = {}) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const refusal = async (): Promise<SignalboxError> => {
    const error = await host.openRequests().then(
      () => assert.fail('it was taken'),
      (error: unknown) => error,
    );
    assert.ok(error instanceof SignalboxError, String(error));
    assert.ok(error.why, 'it says why');
    assert.doesNotMatch(error.message, new RegExp(token));
    return error;
  };

  const nonsense: Record<string, unknown> = {
    'an object in place of a list': { message: 'hello' },
    'a number': 7,
    nothing: null,
    'a list of nothing': [null],
    'numbers as words': [{ iid: '7', title: 'x', source_branch: 'b', target_project_id: 1 }],
    'an address that is a script': [
      { iid: 7, title: 'x', source_branch: 'b', target_project_id: 1, web_url: 'javascript:x()' },
    ],
  };
  for (const [what, body] of Object.entries(nonsense)) {
    test(`${what} is refused with words`, async () => {
      answering((response) => json(response, body));
      assert.equal((await refusal()).code, 'host/unreachable');
      assert.deepEqual(pauses, []);
    });
  }

  test('an answer without end is not read to its end', async () => {
    const mebibyte = Buffer.alloc(1024 * 1024, ' ');
    let sent = 0;
    answering((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        if (response.destroyed) return;
        sent += 1;
        response.write(mebibyte, () => setImmediate(more));
      };
      more();
    });
    assert.match((await refusal()).why ?? '', /larger than 10 MB/);
    assert.ok(sent < 100);
  });

  test('a list without end is given up', async () => {
    let page = 1;
    answering((response) => json(response, [], { 'x-next-page': String((page += 1)) }));
    assert.match((await refusal()).why ?? '', /over 100 pages/);
    assert.equal(server.asked.length, 100);
  });

  test('a page that is its own next one is the last', async () => {
    answering((response) => json(response, [], { 'x-next-page': '1' }));
    assert.deepEqual(await host.openRequests(), []);
  });

  test('no redirect and no link takes the token elsewhere', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await codeHostServer({
      prefix: '/',
      authorization: '',
      repositoryPath: /^$/,
      notFound: { status: 404 },
      routes: [],
    });
    elsewhere.instead = (request) => {
      seen.push(request.headers.authorization);
      return false;
    };
    try {
      answering((response) => {
        response.writeHead(302, { location: `${elsewhere.url}/sign-in?token=${token}` }).end();
      });
      const error = await refusal();
      assert.equal(error.code, 'host/unknown-repository');
      assert.match(error.why ?? '', /\/sign-in$/);
      answering((response, request) => {
        const isFirst = /[?&]page=1(&|$)/.test(request.url ?? '');
        const link = `<${elsewhere.url}/?page=2>; rel="next"`;
        json(response, [], isFirst ? { link } : {});
      });
      assert.deepEqual(await host.openRequests(), []);
      assert.equal(server.asked.filter((one) => /page=2/.test(one)).length, 1);
      assert.deepEqual(seen, []);
    } finally {
      await elsewhere.close();
    }
  });

  test('its words are shown on one line, cut, and without our token', async () => {
    answering((response, request) => {
      const message = `\u001b[31m${request.headers.authorization}\r\n${'long '.repeat(200)}`;
      response.writeHead(403).end(JSON.stringify({ message }));
    });
    const { code, why = '' } = await refusal();
    assert.equal(code, 'host/refused');
    assert.match(why, /Bearer … long/);
    assert.ok(why.length <= 300);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(why, /[\u0000-\u001f]/);
  });

  test('an answer that breaks off is asked for again', async () => {
    let times = 0;
    answering((response) => {
      times += 1;
      if (times > 2) return json(response, []);
      response.writeHead(200, { 'content-length': '100' });
      response.write('[', () => response.destroy());
    });
    assert.deepEqual(await host.openRequests(), []);
    assert.deepEqual(pauses, [1000, 2000]);
  });

  test('a pause given as a date is as long as it takes until then', async () => {
    let times = 0;
    answering((response) => {
      times += 1;
      if (times > 1) return json(response, []);
      const until = new Date(Date.now() + 30_000).toUTCString();
      response.writeHead(429, { 'retry-after': until }).end();
    });
    await host.openRequests();
    assert.equal(pauses.length, 1);
    assert.ok((pauses[0] ?? 0) > 1000 && (pauses[0] ?? 0) <= 30_000);
  });

  test('a service that is not there is unreachable after a minute of pauses', async () => {
    await server.close();
    assert.equal((await refusal()).code, 'host/unreachable');
    assert.ok(pauses.length > 2);
    assert.ok(pauses.reduce((sum, ms) => sum + ms, 0) <= 60_000);
    server = await codeHostServer({
      prefix: '/',
      authorization: '',
      repositoryPath: /^$/,
      notFound: {},
      routes: [],
    });
  });

  test('an address with a password, or of no web server, is not used', () => {
    for (const url of [
      'ftp://code.test',
      'https://ann:word@code.test',
      'code.test',
      '',
      'file:///etc',
    ]) {
      const make = () => gitlabHost({ app: 'shop', url, repository: 'acme/shop', token });
      assert.throws(make, { code: 'host/unusable-url' }, url);
    }
  });

  test('the address of the service and that of its API are the same', async () => {
    answering((response) => json(response, []));
    const { url } = server;
    for (const given of [url, `${url}/`, `${url}/api/v4`, `${url}/api/v4/`, `${url}/api/v4?x=1`]) {
      await gitlabHost({ app: 'shop', url: given, repository: 'a/b', token }).openRequests();
    }
    const paths = server.asked.map((one) => one.replace(/\?.*/, ''));
    assert.deepEqual([...new Set(paths)], ['GET /api/v4/projects/a%2Fb/merge_requests']);
  });
});
