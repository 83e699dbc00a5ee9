import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sessionBook } from '../../src/api/session-book.ts';
import { apiServer } from '../../src/api/server.ts';
import { gitRoutes } from '../../src/api/routes/git.ts';
import { metricsRoutes } from '../../src/api/routes/metrics.ts';
import { auditLog, authenticate, createToken } from '../../src/api/tables.ts';
import type { HeldRole } from '../../src/kernel/role.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { apiRig } from './api-rig.ts';

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The code of a refusal; of anything else nothing. */
  code: string | undefined;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Which of this machine's addresses asks. */
  from?: string;
}

/** What a browser has once it is signed in. */
export interface Browser {
  /** `name=secret`, as a browser sends it back. */
  cookie: string;
  proof: string;
}

/** Two controllers' APIs on one database, and browsers that sign in there. */
export async function sessionRig() {
  const rig = await apiRig();
  const bugs: unknown[] = [];
  const apps = [serve(rig, bugs), serve(rig, bugs)] as const;
  for (const app of apps) await app.listen({ port: 0, host: '127.0.0.1' });
  const ports = apps.map((app) => (app.server.address() as AddressInfo).port);
  const [port = 0, otherPort = 0] = ports;

  const ask = (path: string, options?: AskOptions) => askAt(port, path, options);
  const signIn = (token: string, options: AskOptions = {}): Promise<Answered> =>
    ask('/api/v1/session', { ...options, method: 'POST', body: { token } });
  return {
    rig,
    db: rig.world.db,
    bugs,
    port,
    ask,
    /** Of the other controller, as a proxy in front of both would: with the first one's Host. */
    askOther: (path: string, options: AskOptions = {}) =>
      askAt(otherPort, path, {
        ...options,
        headers: { host: `127.0.0.1:${port}`, ...options.headers },
      }),
    token: (role: HeldRole, person?: string) =>
      createToken(rig.world.db, { name: `${person ?? role}'s laptop`, role, person }),
    signIn,
    async browser(token: string): Promise<Browser> {
      const answer = await signIn(token);
      const { proof } = JSON.parse(answer.body) as { proof: string };
      return { cookie: cookieOf(answer), proof };
    },
    async close() {
      for (const app of apps) await app.close();
      await rig.close();
    },
  };
}

export type SessionRig = Awaited<ReturnType<typeof sessionRig>>;

function serve(rig: Awaited<ReturnType<typeof apiRig>>, bugs: unknown[]): FastifyInstance {
  const { world } = rig;
  return apiServer({
    version: '0.0.0',
    handlers: { ...rig.handlers, openTerminal: async () => fakeTerminal().terminal },
    authenticate: (token) => authenticate(world.db, token),
    sessions: sessionBook(world),
    audit: auditLog(world.db),
    bug: (error) => void bugs.push(error),
    extend: (app, admit) => {
      gitRoutes({ world, ownUrl: () => '', hookFile: '' })(app, admit);
      metricsRoutes(world)(app, admit);
    },
  });
}

/** `name=value` of what an answer wants kept. */
export const cookieOf = ({ headers }: Answered): string =>
  headers['set-cookie']?.[0]?.split(';')[0] ?? '';

/** A request of a person who signed in: with their cookie and proof. */
export const signedIn = ({ cookie, proof }: Browser): Record<string, string> => ({
  cookie,
  'x-signalbox-proof': proof,
});

export async function askAt(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, from }: AskOptions = {},
): Promise<Answered> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const asking = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: { ...json, ...headers },
    ...(from === undefined ? {} : { localAddress: from }),
  });
  asking.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: text,
    code: /"code":"([^"]+)"/.exec(text)?.[1],
  };
}
