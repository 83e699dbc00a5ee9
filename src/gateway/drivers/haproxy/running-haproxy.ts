import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { log } from '../../data-plane/log.ts';
import type { Listeners } from '../../data-plane/open-listener.ts';
import {
  isAlive,
  processIdentity,
  type ProcessIdentity,
} from '../../data-plane/process-identity.ts';
import { askHaproxy, masterSocket, workerSocket } from './runtime-api.ts';

/** HAProxy's master process: it stays for as long as the gateway listens, its workers come and go with each reload. */
export interface RunningHaproxy extends ProcessIdentity {
  program: string;
  /** What it was given to listen on. */
  listen: string;
  listenTls: string | null;
  port: number;
  portTls: number | null;
}

export interface Workers {
  /** Their master process. */
  master: number;
  current: number | null;
  /** They finish what they have. */
  old: number[];
  failedReloads: number;
}

const file = 'haproxy.json';
const outputFile = 'haproxy.log';
const maxOutputBytes = 4 * 1024 * 1024;
const startMs = 20_000;

/** The one of the working directory, whoever started it; null: none lives. */
export function livingHaproxy(directory = '.'): RunningHaproxy | null {
  try {
    const known = JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')) as RunningHaproxy;
    return isAlive(known) ? known : null;
  } catch {
    return null;
  }
}

/**
 * A HAProxy with the configuration of the working directory serves when it resolves. It outlives this process:
 * a session of its own, and the sockets are inherited.
 */
export async function startHaproxy(
  program: string,
  {
    listen,
    listenTls,
    listeners,
  }: { listen: string; listenTls: string | null; listeners: Listeners },
): Promise<RunningHaproxy> {
  const output = openSync(outputFile, 'a', 0o600);
  const child = spawn(
    program,
    ['-W', '-db', '-S', `unix@${masterSocket},mode,600`, '-f', 'haproxy.cfg'],
    {
      detached: true,
      stdio: [
        'ignore',
        output,
        output,
        listeners.plain.fd,
        ...(listeners.tls === null ? [] : [listeners.tls.fd]),
      ],
      env: {},
    },
  );
  closeSync(output);
  child.unref();
  const identity = await identityOf(child);
  const running = {
    ...identity,
    program,
    listen,
    listenTls,
    port: listeners.plain.port,
    portTls: listeners.tls?.port ?? null,
  };
  writeFileSync(file, JSON.stringify(running), { mode: 0o600 });
  await untilServing(running, () => true);
  return running;
}

/**
 * Its configuration and maps are read anew when it resolves: new connections are the new worker's, and what the
 * former one has open goes on. No connection is refused meanwhile.
 */
export async function reloadHaproxy(running: RunningHaproxy): Promise<void> {
  const before = await workersOf();
  process.kill(running.pid, 'SIGUSR2');
  await untilServing(running, (workers) => {
    if (workers.failedReloads > before.failedReloads) {
      throw new Error('HAProxy did not take its new configuration; haproxy.log says why.');
    }
    return workers.current !== before.current;
  });
}

/** What HAProxy says of itself is kept within bounds: it goes on writing at the end of an empty file. Repeatable. */
export function trimOutput(): void {
  const bytes = statSync(outputFile, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= maxOutputBytes) return;
  copyFileSync(outputFile, `${outputFile}.1`);
  truncateSync(outputFile);
}

/** From its master process, which is away for some milliseconds at each reload. */
export async function workersOf(): Promise<Workers> {
  const text = await askHaproxy(masterSocket, 'show proc');
  const [, failed = '0'] = /\[failed: (\d+)\]/.exec(text) ?? [];
  const [now = '', former = ''] = text.split('# old workers');
  const pids = (of: string) =>
    [...of.matchAll(/^(\d+)\s+worker\b/gm)].map(([, pid]) => Number(pid));
  return {
    master: Number(/^(\d+)\s+master\b/m.exec(text)?.[1]),
    current: pids(now)[0] ?? null,
    old: pids(former),
    failedReloads: Number(failed),
  };
}

async function untilServing(
  running: RunningHaproxy,
  isRight: (workers: Workers) => boolean,
): Promise<void> {
  const deadline = Date.now() + startMs;
  for (;;) {
    const workers = await workersOf().catch(() => null);
    // Another one that makes room for this may still be heard on the same socket.
    const isOurs = workers?.master === running.pid;
    if (isOurs && workers.current !== null && isRight(workers)) {
      const info = await askHaproxy(workerSocket, 'show info').catch(() => '');
      if (info.includes(`\nPid: ${workers.current}\n`)) return;
    }
    if (!isAlive(running)) throw new Error('HAProxy ended at once; haproxy.log says why.');
    if (Date.now() > deadline) throw new Error('HAProxy does not serve; haproxy.log may say why.');
    await pause(10);
  }
}

async function identityOf(child: ChildProcess): Promise<ProcessIdentity> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.once('exit', (code, signal) => log(`HAProxy ended (${code ?? signal})`));
  const identity = processIdentity(child.pid ?? 0);
  if (identity === null) throw new Error('HAProxy ended at once; haproxy.log says why.');
  return identity;
}
