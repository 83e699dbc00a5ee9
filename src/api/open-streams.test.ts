import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { fakeAudit, fakeHandlers } from '../../test/fakes/api-handlers.ts';
import { askAt, sessionRig, signedIn, type SessionRig } from '../../test/support/session-rig.ts';
import { eventually } from '../../test/support/signalbox.ts';
import { publish } from '../events/publish.ts';
import { addPerson } from '../people/add-person.ts';
import type { Actor, Handlers } from './handlers.ts';
import { openStreams } from './open-streams.ts';
import { apiServer, type ApiServerOptions } from './server.ts';
import { listTokens } from './tables.ts';

type Headers = Record<string, string>;
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

interface Followed {
  /** All of it, once it has ended. */
  text: Promise<string>;
  /** Fails where it ends without it. */
  tells(word: string): Promise<void>;
}

/** A stream of events that has begun. */
async function follow(port: number, headers: Headers): Promise<Followed> {
  const request = get({ host: '127.0.0.1', port, path: '/api/v1/events', headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  let told = '';
  response.setEncoding('utf8').on('data', (piece: string) => void (told += piece));
  const text = once(response, 'end').then(() => told);
  return {
    text,
    async tells(word) {
      while (!told.includes(word)) {
        const isOver = await Promise.race([once(response, 'data'), text]);
        assert.notEqual(isOver, told, `it ended without ${word}`);
      }
    },
  };
}

interface OpenTerminal {
  /** How it was closed, and the last text before. */
  last: Promise<[code: number, told: string]>;
  /** What is sent to it comes back. */
  echo(): Promise<void>;
}

async function terminal(
  port: number,
  { protocols = [], headers }: { protocols?: string[]; headers: Headers },
): Promise<OpenTerminal> {
  const url = `ws://127.0.0.1:${port}/api/v1/environments/x/terminal`;
  const socket = new WebSocket(url, protocols, { headers });
  let told = '';
  socket.on('message', (data: Buffer, isBinary) => void (isBinary || (told = data.toString())));
  const closed = once(socket, 'close') as Promise<[number]>;
  await once(socket, 'open');
  return {
    last: closed.then(([code]) => [code, told]),
    async echo() {
      const back = Promise.race([once(socket, 'message'), closed]);
      socket.send(Buffer.from('still here'));
      assert.equal(String((await back)[0]), 'still here');
    },
  };
}

describe('what is open ends when what opened it does', () => {
  let rig: SessionRig;
  let admin: Headers;

  before(async () => {
    rig = await sessionRig();
    admin = bearer((await rig.token('admin')).token);
  });
  after(() => rig?.close());

  const order = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status, body: said } = await rig.ask(path, { method, headers: admin, body });
    assert.equal(status, 200, said);
  };
  /** Of a person of their own, who may as much as the token. */
  const tokenOf = async (person: string): Promise<string> => {
    await addPerson(rig.rig.world, {
      name: person,
      role: 'developer',
      emails: [],
      teams: [],
      by: 'a test',
    });
    return (await rig.token('developer', person)).token;
  };

  test('a stream and a terminal of a token that is revoked, and those of no other', async () => {
    const { token, id } = await rig.token('developer');
    const other = await rig.token('developer');
    const [stream, console] = [
      await follow(rig.port, bearer(token)),
      await terminal(rig.port, { headers: bearer(token) }),
    ];
    const kept = await terminal(rig.port, { headers: bearer(other.token) });
    await order('DELETE', `/api/v1/tokens/${id}`);
    assert.doesNotMatch(await stream.text, /event: end/);
    const [code, told] = await console.last;
    assert.equal(code, 1008);
    assert.equal(
      (JSON.parse(told) as { problem: { code: string } }).problem.code,
      'api/wrong-token',
    );
    await kept.echo();
  });

  test('those of a browser that signs out, and of that browser alone', async () => {
    const { token } = await rig.token('developer');
    const [browser, neighbour] = [await rig.browser(token), await rig.browser(token)];
    const stream = await follow(rig.port, { cookie: browser.cookie });
    const protocols = ['signalbox', `proof.${browser.proof}`];
    const console = await terminal(rig.port, { protocols, headers: { cookie: browser.cookie } });
    const kept = await terminal(rig.port, {
      protocols: ['signalbox', `proof.${neighbour.proof}`],
      headers: { cookie: neighbour.cookie },
    });
    await rig.ask('/api/v1/session', { method: 'DELETE', headers: signedIn(browser) });
    await stream.text;
    assert.match((await console.last)[1], /"code":"api\/no-token"/);
    await kept.echo();
  });

  test('those of a person who is removed, and what one may no longer who may less', async () => {
    const [gone, lowered] = [await tokenOf('gus'), await tokenOf('lou')];
    const stream = await follow(rig.port, bearer(gone));
    await order('DELETE', '/api/v1/people/gus');
    await stream.text;
    const console = await terminal(rig.port, { headers: bearer(lowered) });
    const watching = await follow(rig.port, bearer(lowered));
    await order('PATCH', '/api/v1/people/lou', { role: 'viewer' });
    assert.match((await console.last)[1], /"code":"api\/forbidden"/);
    // A viewer may still follow events.
    await publish(rig.db, { kind: 'test', text: 'lou hears this' });
    await watching.tells('lou hears this');
  });

  test('also at another controller, which was told nothing', async () => {
    const { token, id } = await rig.token('viewer');
    // It resolves when the stream has ended.
    const elsewhere = rig.askOther('/api/v1/events', { headers: bearer(token) });
    await eventually('the other one has let it in', async () =>
      (await listTokens(rig.db)).find((one) => one.id === id && one.lastUsedAt !== null),
    );
    await order('DELETE', `/api/v1/tokens/${id}`);
    const { status, body } = await elsewhere;
    assert.equal(status, 200);
    assert.doesNotMatch(body, /event: end/);
  });
});

/** A server whose streams say nothing. */
async function silentServer(
  of: Pick<ApiServerOptions, 'authenticate' | 'lookAgainMs'> & { handlers?: Partial<Handlers> },
): Promise<{ port: number; close: () => Promise<void> }> {
  const app = apiServer({
    version: '0.0.0',
    audit: fakeAudit(),
    ...of,
    handlers: fakeHandlers({
      followEvents: async () =>
        (async function* () {
          await new Promise(() => undefined);
          yield* [];
        })(),
      ...of.handlers,
    }),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

const viewer: Actor = { id: 'v', name: 'v', role: 'viewer' };

test('where it was ordered it is at once: nobody waits for the next look', async () => {
  let isRevoked = false;
  const server = await silentServer({
    lookAgainMs: 1_000_000,
    authenticate: async (token) => {
      if (token === 'sbx_admin') return { ...viewer, role: 'admin' };
      return isRevoked ? null : viewer;
    },
    handlers: {
      revokeToken: async () => {
        isRevoked = true;
        return { text: 'It opens nothing any more.' };
      },
    },
  });
  try {
    const stream = await follow(server.port, bearer('sbx_viewer'));
    const asking = { method: 'DELETE', headers: bearer('sbx_admin') };
    assert.equal((await askAt(server.port, '/api/v1/tokens/v', asking)).status, 200);
    await stream.text;
  } finally {
    await server.close();
  }
});

test('a database that does not answer shuts nobody out, and a revoked token is not counted as a guess', async () => {
  let authenticate = async (): Promise<Actor | null> => viewer;
  const { port, close } = await silentServer({
    lookAgainMs: 5,
    authenticate: () => authenticate(),
  });
  try {
    const streams: Followed[] = [];
    for (let nth = 0; nth < 40; nth += 1) streams.push(await follow(port, bearer(`sbx_${nth}`)));
    let asked = 0;
    const away = Promise.withResolvers<void>();
    authenticate = async () => {
      if ((asked += 1) === 100) away.resolve();
      throw new Error('no database');
    };
    await away.promise;
    const isOver = Promise.race([...streams.map(({ text }) => text), setImmediate('open')]);
    assert.equal(await isOver, 'open');
    authenticate = async () => null;
    await Promise.all(streams.map(({ text }) => text));
    authenticate = async () => viewer;
    // It asserts that somebody nobody knows yet is let in from the same address.
    await follow(port, bearer('sbx_new'));
  } finally {
    await close();
  }
});

test('nobody is looked at who has left', async () => {
  const streams = openStreams();
  const [left, stays] = [new AbortController(), new AbortController()];
  let looked = 0;
  const whyNot = async () => {
    looked += 1;
    return null;
  };
  streams.watch(whyNot, left.signal);
  streams.watch(whyNot, stays.signal);
  left.abort();
  streams.watch(whyNot, left.signal);
  await streams.look();
  streams.stop();
  assert.equal(looked, 1);
});
