import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { endPreviews } from '../../environments/branch-ends.ts';
import { followPushLines } from '../../environments/follow-lines.ts';
import { startFollowing } from '../../environments/reconcile.ts';
import type { World } from '../../environments/world.ts';
import { apps, type App } from '../../git/app.ts';
import { parseRefUpdates } from '../../git/branch.ts';
import { judgePush, recordPush } from '../../git/push.ts';
import { cleanEnvironment } from '../../git/repositories.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { isBug, problemOf } from '../problem.ts';
import { appName } from '../contract/fields.ts';
import type { Events } from './events-source.ts';
import type { Admit } from '../server.ts';

export interface GitServer {
  world: World & Events;
  /** Where hooks, which are processes of this machine, reach this controller. */
  ownUrl(): string;
  /** The file that hooks run. */
  hookFile: string;
}

interface Visit {
  app: App;
  by: string;
}

const largestPushBytes = 2 * 1024 ** 3;
const largestHookBytes = 16 * 1024 ** 2;
/** Git says something every few seconds; whoever hears nothing and says nothing for so long is gone. */
const silenceMs = 10 * 60_000;

/** What hook.ts sends. Of git's variables only those that tell where the pushed objects lie. */
const hookBody = z.object({
  updates: z.string(),
  quarantine: z.partialRecord(
    z.enum(['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH']),
    z.string(),
  ),
});

/**
 * Git over HTTP, by git's own http-backend. A push asks twice: before it is accepted (its words are the
 * refusal) and after (its words are the story of checks, build and deploy). Who leaves early misses only
 * the words.
 */
export function gitRoutes(server: GitServer) {
  const visits = new Map<string, Visit>();
  return (api: FastifyInstance, admit: Admit): void => {
    void api.register(async (git) => {
      git.removeAllContentTypeParsers();
      git.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      git.setErrorHandler((error, _request, reply) => refuseInWords(server, error, reply));
      const options = { bodyLimit: largestPushBytes };
      const serve = (request: FastifyRequest, reply: FastifyReply) =>
        serveGit(server, visits, { request, reply });
      const viewer = { ...options, onRequest: admit('viewer') };
      const developer = { ...options, onRequest: admit('developer') };
      // Said before anything is sent: git shows no words of a refusal that comes later.
      const either: ReturnType<Admit> = function (request, reply) {
        const role = /[?&]service=git-receive-pack\b/.test(request.url) ? 'developer' : 'viewer';
        return admit(role).call(this, request, reply);
      };
      git.get('/git/:repository/info/refs', { ...options, onRequest: either }, serve);
      git.post('/git/:repository/git-upload-pack', viewer, serve);
      git.post('/git/:repository/git-receive-pack', developer, serve);
    });
    void api.register(async (hooks) => {
      const knows = async (request: FastifyRequest, reply: FastifyReply) =>
        visitOf(visits, request) ? undefined : reply.code(403).send();
      // Before the body is read: a stranger's is not worth our memory.
      const options = { bodyLimit: largestHookBytes, onRequest: knows };
      hooks.post('/internal/hooks/:name', options, (request, reply) =>
        answerHook(server, visits, { request, reply }),
      );
    });
  };
}

type Exchange = { request: FastifyRequest; reply: FastifyReply };

/** Git shows its user a refusal that is plain text, and no other. */
function refuseInWords({ world }: GitServer, error: unknown, reply: FastifyReply): FastifyReply {
  if (isBug(error)) world.log(`git: ${error instanceof Error ? error.stack : String(error)}`);
  const { status, title, detail, fix } = problemOf(error);
  if (status === 401) void reply.header('www-authenticate', 'Basic realm="Signalbox"');
  if (status === 429) void reply.header('retry-after', '60');
  const lines = [title, detail, ...fix.map((step) => `→ ${step}`)].filter(Boolean);
  return reply
    .status(status)
    .type('text/plain; charset=utf-8')
    .send(`${lines.join('\n')}\n`);
}

async function serveGit(
  server: GitServer,
  visits: Map<string, Visit>,
  { request, reply }: Exchange,
): Promise<void> {
  const { repository = '' } = request.params as { repository?: string };
  const name = repository.replace(/\.git$/, '');
  const known = appName.safeParse(name).success;
  const app = known ? await apps.byName(server.world.db, name) : null;
  if (!app) throw noSuchRepository(name);
  const [path = '', query = ''] = request.url.split('?', 2);
  const isPush = path.endsWith('/git-receive-pack');
  const token = randomBytes(24).toString('base64url');
  if (isPush) visits.set(token, { app, by: request.actor.name });
  const child = spawn('git', ['http-backend'], {
    env: {
      ...cleanEnvironment(),
      ...cgiVariables(request, { query }),
      // The path behind the repository as it was sent: decoded, its name may be shorter.
      PATH_INFO: `/${name}.git${path.slice(path.indexOf('/', '/git/'.length))}`,
      GIT_PROJECT_ROOT: server.world.repositories.directory,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: request.actor.name,
      SIGNALBOX_HOOK: server.hookFile,
      SIGNALBOX_NODE: process.execPath,
      SIGNALBOX_HOOK_URL: `${server.ownUrl()}/internal/hooks`,
      SIGNALBOX_HOOK_TOKEN: token,
    },
  });
  child.on('close', () => visits.delete(token));
  reply.hijack();
  passOn(child, { request, raw: reply.raw });
}

const noSuchRepository = (name: string): SignalboxError =>
  new SignalboxError({
    code: 'app/unknown',
    what: `There is no app called ${name}.`,
    fix: [`signalbox app add ${name}`, 'signalbox app list'],
  });

function cgiVariables(
  request: FastifyRequest,
  { query }: { query: string },
): Record<string, string> {
  const header = (name: string): string => String(request.headers[name] ?? '');
  return {
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: header('content-type'),
    ...(request.headers['content-length'] ? { CONTENT_LENGTH: header('content-length') } : {}),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    HTTP_GIT_PROTOCOL: header('git-protocol'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_ADDR: request.ip,
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
}

/** Request to git, git's answer to the client; a client that leaves does not stop git. */
function passOn(
  child: ChildProcessWithoutNullStreams,
  { request, raw }: { request: FastifyRequest; raw: ServerResponse },
): void {
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  const body = request.body as Readable | undefined;
  if (body) body.pipe(child.stdin);
  else child.stdin.end();
  // An upload that has broken off: http-backend waits for its rest for ever, also when its input has ended. What it
  // has started ends with it, and nothing is accepted.
  body?.on('close', () => {
    if (!body.readableEnded) child.kill();
  });
  body?.on('error', () => undefined);
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on('data', (piece: Buffer) => {
    if (head !== null) {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      writeHead(raw, head.subarray(0, end).toString('latin1'));
      piece = head.subarray(end + 4);
      head = null;
    }
    if (!raw.destroyed && piece.length > 0 && !raw.write(piece)) {
      child.stdout.pause();
      raw.once('drain', () => child.stdout.resume());
    }
  });
  raw.on('close', () => child.stdout.resume());
  raw.setTimeout(silenceMs, () => raw.destroy());
  child.on('error', () => raw.destroy());
  child.on('close', () => (head === null ? raw.end() : raw.destroy()));
}

function writeHead(raw: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else raw.setHeader(name, value);
  }
  raw.writeHead(status);
}

/** What a hook asks, it asks with the token of its push; the answer streams until the verdict. */
async function answerHook(
  server: GitServer,
  visits: Map<string, Visit>,
  { request, reply }: Exchange,
): Promise<void> {
  const visit = visitOf(visits, request);
  const body = hookBody.safeParse(request.body).data;
  if (!visit || !body) return void (await reply.code(visit ? 400 : 403).send());
  const { name } = request.params as { name: string };
  const { updates, quarantine } = body;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  const left = new AbortController();
  raw.on('close', () => left.abort());
  const say = (line: string): void => void (raw.destroyed || raw.write(`${line}\n`));
  const verdict = await speak(server, visit, {
    name,
    updates,
    quarantine,
    say,
    signal: left.signal,
  }).catch((error: unknown) => {
    server.world.log(
      `push to ${visit.app.name}: ${error instanceof Error ? error.stack : String(error)}`,
    );
    say('Signalbox failed while it looked at this push. signalbox status says more.');
    return name === 'post-receive';
  });
  if (!raw.destroyed) raw.end(`\0verdict ${verdict ? 'yes' : 'no'}`);
}

function visitOf(visits: Map<string, Visit>, { headers }: FastifyRequest): Visit | undefined {
  return visits.get((headers.authorization ?? '').replace(/^Bearer /, ''));
}

interface HookCall {
  name: string;
  updates: string;
  quarantine: Record<string, string>;
  say(line: string): void;
  signal: AbortSignal;
}

async function speak(server: GitServer, visit: Visit, call: HookCall): Promise<boolean> {
  return call.name === 'pre-receive'
    ? beforeReceive(server, visit, call)
    : afterReceive(server, visit, call);
}

async function beforeReceive(
  { world }: GitServer,
  { app }: Visit,
  { updates, quarantine, say }: HookCall,
): Promise<boolean> {
  if (app.source !== null) {
    say(`${app.name} follows another repository. Push there, then: signalbox app sync ${app.name}`);
    return false;
  }
  const judged = await judgePush(world.repositories, app, parseRefUpdates(updates), quarantine);
  if (judged.accepted) return true;
  say('');
  say('Signalbox cannot use this push; nothing was accepted.');
  for (const reason of judged.reasons) for (const line of reason.split('\n')) say(`  ${line}`);
  say('');
  return false;
}

async function afterReceive(
  { world }: GitServer,
  { app, by }: Visit,
  { updates, say, signal }: HookCall,
): Promise<boolean> {
  const received = await recordPush(world, app, parseRefUpdates(updates), by);
  for (const push of received.pushes) await startFollowing(world, push.id);
  await endPreviews(world, app);
  for (const branch of received.gone) say(`${branch} is deleted; its environment goes.`);
  for (const branch of received.overtaken)
    say(`${branch} has moved on since; the newer push is followed.`);
  for (const push of received.pushes) {
    const lines = followPushLines(world, push.id, { after: 0, signal });
    for await (const { text, ending } of lines) {
      say(text);
      for (const step of ending?.fix ?? []) say(`→ ${step}`);
    }
    if (signal.aborted) break;
  }
  return true;
}
