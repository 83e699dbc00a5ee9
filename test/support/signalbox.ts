import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { embeddedGateway } from '../../src/gateway/drivers/embedded/embedded-gateway.ts';
import { stopGateway } from '../../src/gateway/drivers/embedded/stop-gateway.ts';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { processRuntime } from '../../src/runtimes/drivers/process/process-runtime.ts';
import type { Route } from '../../src/gateway/route.ts';
import type { Runtime } from '../../src/runtimes/runtime.ts';
import type { ControllerOptions } from './controller-program.ts';

/** A whole Signalbox in a directory of its own: real database, gateway and processes, all gone after `end`. */
export interface TestSignalbox {
  directory: string;
  gatewayPort: number;
  controllers: Controller[];
  /** Starts a controller (again, after a kill). */
  start(options?: Partial<ControllerOptions>): Promise<Controller>;
  /** Moves the clock of all controllers ahead. */
  ahead(ms: number): Promise<void>;
  /** What really runs, read by a driver of our own. */
  runtime(): Promise<Runtime>;
  /** What the embedded gateway has in effect. */
  routes(): Promise<Route[]>;
  end(): Promise<void>;
}

export interface Controller {
  url: string;
  token: string;
  process: ChildProcess;
  /** Everything it wrote to stderr. */
  log(): string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** One API call; the body's JSON. Throws on a refusal with its code. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

const quick = {
  reconcileMs: 1000,
  sweepMs: 1000,
  syncMs: 1000,
  jobsMs: 1000,
  takeOverAfterMs: 4000,
};

export async function testSignalbox(
  options: Partial<ControllerOptions> = {},
): Promise<TestSignalbox> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-'));
  // Workloads of other users must be able to pass through.
  await chmod(directory, 0o711);
  const clockFile = join(directory, 'clock');
  const gatewayPort = await freePort();
  const controllers: Controller[] = [];
  const data = join(directory, 'data');
  const base = { data, gateway: `127.0.0.1:${gatewayPort}`, rhythm: quick, clockFile, ...options };
  return {
    directory,
    gatewayPort,
    controllers,
    async start(more = {}) {
      const controller = await startController({ ...base, ...more });
      controllers.push(controller);
      return controller;
    },
    ahead: (ms) => writeFile(clockFile, String(ms)),
    async routes() {
      const place = { directory: join(options.files ?? data, 'gateway'), listen: base.gateway };
      return (await embeddedGateway(place)).routes();
    },
    runtime: () => processRuntime({ directory: join(options.files ?? data, 'runtime') }),
    async end() {
      for (const controller of controllers) await controller.kill('SIGKILL');
      await endWorkloads(join(options.files ?? data, 'runtime'));
      await stopGateway(join(options.files ?? data, 'gateway'));
      if (!options.databaseUrl) {
        const postgres = await ensureEmbeddedPostgres({ directory: join(data, 'postgres') }).catch(
          () => null,
        );
        await postgres?.stop();
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function endWorkloads(directory: string): Promise<void> {
  const runtime = await processRuntime({ directory });
  for (const { kind, id } of await runtime.holdings()) {
    if (kind === 'service') await runtime.stopInstance(id);
    if (kind === 'job') await runtime.stopJob(id);
    await (kind === 'workspace' ? runtime.removeWorkspace(id) : runtime.forget(id));
  }
}

async function startController(options: Partial<ControllerOptions>): Promise<Controller> {
  const program = join(import.meta.dirname, 'controller-program.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=DeprecationWarning', program, JSON.stringify(options)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let log = '';
  child.stderr.on('data', (text) => (log += String(text)));
  const first = await Promise.race([
    once(child.stdout, 'data').then(([text]) => String(text)),
    once(child, 'exit').then(() => null),
  ]);
  if (first === null) throw new Error(`The controller did not start:\n${log}`);
  const { url, tokenFile } = JSON.parse(first) as { url: string; tokenFile: string };
  const token = (await readFile(tokenFile, 'utf8')).trim();
  return {
    url,
    token,
    process: child,
    log: () => log,
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
    call: (method, path, body) => callApi({ url, token, method, path, body }),
  };
}

async function callApi<T>(of: {
  url: string;
  token: string;
  method: string;
  path: string;
  body: unknown;
}): Promise<T> {
  const reply = await fetch(`${of.url}${of.path}`, {
    method: of.method,
    headers: {
      authorization: `Bearer ${of.token}`,
      ...(of.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(of.body === undefined ? {} : { body: JSON.stringify(of.body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${of.method} ${of.path}: ${reply.status} ${text}`);
  return JSON.parse(text) as T;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface Answer {
  status: number;
  body: string;
}

/** A request through the gateway, by host, as a browser on this machine would make it. */
export function visit(port: number, host: string, path = '/', method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: { host: `${host}:${port}` },
        agent: false,
        timeout: 20_000,
      },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (text: string) => (body += text));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
        answer.on('error', reject);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timed out')));
    asked.on('error', reject);
    asked.end();
  });
}

/** Looks until `look` gives something; says what was seen last when it never does. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < end) {
    const seen = await look().catch((error: unknown) => {
      last = error;
      return null;
    });
    if (seen) return seen;
    await pause(100);
  }
  throw new Error(`never: ${what} (${String(last)})`);
}
