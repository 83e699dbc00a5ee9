import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestAsyncHookHandler,
} from 'fastify';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { Audit } from './audit.ts';
import { all, type AnyEndpoint } from './contract/all.ts';
import type { Role } from './contract/endpoint.ts';
import { gatekeeper, type Gatekeeper } from './gatekeeper.ts';
import { nobody, type Actor, type Handlers } from './handlers.ts';
import { openapi } from './openapi.ts';
import { isBug, problemOf } from './problem.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { besideContract, type BesideContract } from './beside-contract.ts';
import type { SessionBook } from './session-book.ts';
import { sessionDoor, type SessionDoor } from './session-door.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks, once `admit` has let them in. */
    actor: Actor;
  }
}

/** A hook for routes: lets the role in, refuses others. Beside the contract (git, metrics) it takes a token, no cookie. */
export type Admit = (role: Role) => onRequestAsyncHookHandler;

export interface ApiServerOptions {
  handlers: Handlers;
  version: string;
  /** Whose token it is; null: nobody's, or revoked. */
  authenticate(token: string): Promise<Actor | null>;
  /** Who is signed in with a browser; absent: cookies open nothing. */
  sessions?: SessionBook | undefined;
  audit: Audit;
  /** Told of every failure that is our bug. */
  bug?: ((error: unknown, where: string) => void) | undefined;
  /** Routes beside the contract. */
  extend?: ((app: FastifyInstance, admit: Admit) => void) | undefined;
  heartbeatMs?: number | undefined;
  /** How often open streams and terminals are looked at again: whether their token or session still opens them. */
  lookAgainMs?: number | undefined;
}

const problemType = 'application/problem+json';
/** The largest JSON body; files are streamed and have limits of their own. */
const bodyBytes = 1_000_000;
/** An environment's address, URL-encoded. */
const paramLength = 2_000;

/** The HTTP API. `listen` on the answer makes it reachable; `close` ends every stream and terminal. */
export function apiServer(options: ApiServerOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: bodyBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: paramLength },
    // What Fastify refuses before it has a route.
    frameworkErrors: (error, _request, reply) => {
      const problem = problemOf(error);
      void (reply as FastifyReply).status(problem.status).type(problemType).send(problem);
    },
  });
  const door = gatekeeper((token) => options.authenticate(token));
  const browsersToo = sessionDoor(door, options.sessions ?? null);

  app.decorateRequest('actor', null as never);
  app.addHook('onRequest', async (request, reply) => {
    request.actor = nobody;
    // On the raw answer, because streams and git leave without Fastify.
    reply.raw.setHeader('x-content-type-options', 'nosniff');
  });
  app.setErrorHandler((error, request, reply) => sendProblem({ error, request, reply, options }));
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  const document = openapi(options.version);
  app.get('/openapi.json', () => document);
  const admit = admitting(browsersToo);
  endpointRoutes({ ...options, app, admit, door, sessionDoor: browsersToo });
  options.extend?.(app, admittingByToken(door));
  return app;
}

function admitting(door: SessionDoor): Admit {
  return (role) => async (request) => {
    request.actor = await door.admit(request.raw, { address: request.ip, role });
  };
}

function admittingByToken(door: Gatekeeper): Admit {
  return (role) => async (request) => {
    request.actor = await door.admit({ headers: request.headers, address: request.ip, role });
  };
}

interface Failure {
  error: unknown;
  request: FastifyRequest;
  reply: FastifyReply;
  options: ApiServerOptions;
}

function sendProblem({ error, request, reply, options }: Failure): void {
  if (isBug(error))
    options.bug?.(error, `${request.method} ${request.routeOptions.url ?? request.url}`);
  const problem = problemOf(error);
  if (problem.status === 401) void reply.header('www-authenticate', challenge(request));
  if (problem.status === 405) void reply.header('allow', methodsOf(request).join(', '));
  if (problem.status === 429) void reply.header('retry-after', '60');
  void reply.status(problem.status).type(problemType).send(problem);
}

/** Only git is asked for a password: a browser would open a window. */
function challenge({ url }: FastifyRequest): string {
  return url.startsWith('/git/') ? 'Basic realm="Signalbox"' : 'Bearer realm="Signalbox"';
}

function notFound(request: FastifyRequest): SignalboxError {
  const methods = methodsOf(request);
  // A path of files may have none of that name.
  if (methods.length === 0 || methods.includes(request.method)) {
    return new SignalboxError({
      code: 'api/no-such-path',
      what: `There is nothing at ${pathOf(request)}.`,
      fix: ['Look at /openapi.json for what there is.'],
    });
  }
  return new SignalboxError({
    code: 'api/wrong-method',
    what: `${request.method} is not possible at ${pathOf(request)}.`,
    fix: [`Use ${methods.join(' or ')}.`],
  });
}

function methodsOf(request: FastifyRequest): string[] {
  const path = pathOf(request);
  const routes: (Pick<BesideContract, 'path' | 'head'> & { method: string })[] = [
    ...Object.values(all),
    ...besideContract,
  ];
  const here = routes.filter((route) => pathPattern(route).test(path));
  return [
    ...new Set(here.flatMap(({ method, head }) => (head ? [method, 'HEAD'] : method))),
  ].sort();
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url;
}

function pathPattern({ path }: Pick<AnyEndpoint, 'path'>): RegExp {
  return new RegExp(`^${path.replaceAll('*', '.*').replaceAll(/:\w+/g, '[^/]+')}$`);
}
