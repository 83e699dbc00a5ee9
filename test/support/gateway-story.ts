import { readFileSync, readlinkSync, readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { lockHolder } from '../../src/gateway/data-plane/gateway-lock.ts';
import { isAlive, type ProcessIdentity } from '../../src/gateway/data-plane/process-identity.ts';
import { livingWorkers } from '../../src/gateway/data-plane/worker-register.ts';
import {
  embeddedGateway,
  type EmbeddedGateway,
} from '../../src/gateway/drivers/embedded/embedded-gateway.ts';
import type { GatewayPlace } from '../../src/gateway/drivers/embedded/start-gateway.ts';
import { stopGateway } from '../../src/gateway/drivers/embedded/stop-gateway.ts';
import type { TestInstance } from '../../src/gateway/gateway.contract.ts';
import type { TrafficCount } from '../../src/gateway/traffic.ts';
import {
  type App,
  ask,
  type Cleanup,
  cleanup,
  freePort,
  freshDirectory,
  startInstance,
} from './gateway-rig.ts';
import { eventually } from './signalbox.ts';

export const shop = { host: 'shop.test', path: '/' };

/** A gateway in processes of its own, real instances behind it, people in front. */
export interface GatewayStory {
  gateway: EmbeddedGateway;
  place: GatewayPlace;
  port: number;
  undo: Cleanup;
  /** One that answers its name and how many bytes it was sent, or what `app` says. */
  instance(name: string, app?: App): Promise<TestInstance & { stop(): Promise<void> }>;
  primary(): ProcessIdentity;
  /** Those that take connections. */
  workers(): ProcessIdentity[];
  /** The process that has the other end of this connection of ours. */
  ownerOf(localPort: number): number | undefined;
  /** All requests of the host that were counted until now, by version. */
  counted(host?: string): Promise<Record<string, TrafficCount[]>>;
  end(): Promise<void>;
}

export async function gatewayStory(
  settings: GatewayPlace['settings'] = { workers: 2 },
): Promise<GatewayStory> {
  const undo = cleanup();
  const directory = await freshDirectory(undo);
  const port = await freePort();
  const place = { directory, listen: `127.0.0.1:${port}`, settings };
  undo.add(() => stopGateway(directory, 500));
  const gateway = await embeddedGateway(place);
  const workers = () => livingWorkers(directory).filter(({ retiring }) => !retiring);
  return {
    gateway,
    place,
    port,
    undo,
    instance: (name, app) => namedInstance(undo, name, app),
    primary: () => lockHolder(directory)!,
    workers,
    ownerOf: (localPort) => ownerOf({ port, localPort, pids: workers().map(({ pid }) => pid) }),
    counted: (host = shop.host) => countedBy(gateway, host),
    end: () => undo.run(),
  };
}

async function namedInstance(undo: Cleanup, name: string, app?: App) {
  const heard: string[] = [];
  const { upstream, server } = await startInstance(undo, {
    name,
    app(request, response) {
      heard.push(`${request.method} ${request.url}`);
      if (app) return app(request, response);
      let bytes = 0;
      request.on('data', (piece: Buffer) => (bytes += piece.length));
      request.once('end', () => response.end(`${name} ${bytes}`));
    },
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  return { upstream, heard, setHealthy: () => undefined, stop };
}

async function countedBy(gateway: EmbeddedGateway, host: string) {
  const counts: TrafficCount[] = [];
  for (let after: number | null = null; ;) {
    const { ticks }: Awaited<ReturnType<EmbeddedGateway['ticks']>> = await gateway.ticks(after);
    if (ticks.length === 0) break;
    after = ticks.at(-1)!.number;
    counts.push(...ticks.flatMap((tick) => tick.counts));
  }
  const own = counts.filter((count) => count.host === host);
  return Object.fromEntries(
    [...Map.groupBy(own, ({ version }) => version)].map(([version, some]) => [version, some]),
  );
}

export const total = (
  counts: readonly TrafficCount[] | undefined,
  of: (count: TrafficCount) => number = ({ requests }) => requests,
): number => (counts ?? []).reduce((sum, count) => sum + of(count), 0);

/** They are gone when it resolves. */
export async function killed(processes: readonly ProcessIdentity[]): Promise<void> {
  for (const { pid } of processes) process.kill(pid, 'SIGKILL');
  await eventually('the killed are gone', async () => !processes.some(isAlive));
}

/** Which of the processes has the socket between this port and ours (/proc/net/tcp: proc_pid_net(5)). */
function ownerOf(of: { port: number; localPort: number; pids: number[] }): number | undefined {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((text) => text.trim().split(/\s+/))
    .find(
      ([, local, remote]) => local?.endsWith(hex(of.port)) && remote?.endsWith(hex(of.localPort)),
    );
  const socket = `socket:[${line?.[9]}]`;
  return of.pids.find((pid) => {
    const descriptors = `/proc/${pid}/fd`;
    return readdirSync(descriptors).some((name) => linkOf(`${descriptors}/${name}`) === socket);
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** People with browsers of their own, who come again and again and keep the cookie they are given. */
export interface Crowd {
  /** Answers they got, by who gave them. */
  answers: ReadonlyMap<string, number>;
  /** What went wrong, in words. */
  failures: readonly string[];
  /** Whom each of them meets, in visits that begin after the call; throws when somebody meets several. */
  meets(): Promise<string[]>;
  /** Resolves when so many more visits are over. */
  more(visits: number): Promise<void>;
  /** All that they have begun is over when it resolves. */
  stop(): Promise<void>;
}

/** Every fifth visit sends something. */
const sent = 'x'.repeat(10_000);

export function crowd({ port, size }: { port: number; size: number }): Crowd {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let watched: string[][] | null = null;
  let isOver = false;
  let visits = 0;

  async function person(index: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let cookie = '';
    while (!isOver) {
      const watch = watched?.[index];
      const body = visits++ % 5 === 0 ? sent : undefined;
      const answer = await ask({
        port,
        host: shop.host,
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: cookie === '' ? {} : { cookie },
        ...(body === undefined ? {} : { body }),
      }).catch((error: Error) => ({ status: 0, text: error.message, headers: {} as never }));
      const [name = '', bytes] = answer.text.split(' ');
      if (answer.status !== 200 || bytes !== String(body?.length ?? 0)) {
        failures.push(`${answer.status} ${answer.text.slice(0, 80)}`);
      } else answers.set(name, (answers.get(name) ?? 0) + 1);
      cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie;
      watch?.push(name);
    }
    agent.destroy();
  }

  const all = Promise.all(Array.from({ length: size }, (_, index) => person(index)));
  return {
    answers,
    failures,
    async meets() {
      const met: string[][] = Array.from({ length: size }, () => []);
      watched = met;
      await eventually('everybody has come three times', async () =>
        met.every(({ length }) => length >= 3),
      );
      watched = null;
      return met.map((names) => {
        if (new Set(names).size > 1) throw new Error(`One user met ${names.join(', ')}.`);
        return names[0]!;
      });
    },
    async more(count) {
      const goal = visits + count;
      await eventually(`${count} more visits`, async () => visits >= goal);
    },
    async stop() {
      isOver = true;
      await all;
    },
  };
}
