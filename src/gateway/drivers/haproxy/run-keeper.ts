import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { askToRetire } from '../../data-plane/ask-to-retire.ts';
import {
  applyShape,
  certificatesShape,
  controlSocket,
  drainShape,
  type StartReport,
  ticksShape,
  visitShape,
} from '../../data-plane/control-contract.ts';
import { type ControlAnswers, controlServer } from '../../data-plane/control-server.ts';
import { dropPrivileges } from '../../data-plane/drop-privileges.ts';
import { claimLock, releaseLock } from '../../data-plane/gateway-lock.ts';
import { log } from '../../data-plane/log.ts';
import { haproxyProgram } from './haproxy-program.ts';
import { haproxyFlags, type HaproxySettings } from './haproxy-settings.ts';
import { keeper, type Keeper } from './keeper.ts';
import { keptHaproxy, type KeptHaproxy } from './kept-haproxy.ts';

export interface KeeperOptions {
  directory: string;
  settings: HaproxySettings;
  /** The program that runs this, which its own user must be able to read. */
  entry: string;
  /** Take the place of a keeper that lives; its HAProxy goes on. */
  replace: boolean;
}

/** What a keeper says of itself. */
export interface AboutKeeper {
  pid: number;
  /** As `haproxyFlags` writes the settings. */
  flags: string[];
  port: number;
  portTls: number | null;
}

/**
 * Turns this process into the keeper of the directory's HAProxy. That serves when this resolves to 'listening';
 * nothing was touched when 'another-lives'. Refuses with `gateway/no-haproxy`, `gateway/old-haproxy`,
 * `gateway/port-taken`, `gateway/cannot-listen`, `gateway/bad-listen-address` and `gateway/out-of-reach`.
 */
export async function runKeeper(options: KeeperOptions): Promise<StartReport['kind']> {
  const { directory, settings, entry } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // From here on every path is relative, HAProxy's too: a socket's path has only 107 bytes.
  process.chdir(directory);
  if (options.replace) await askToRetire(controlSocket);
  if (!claimLock('.')) return 'another-lives';
  process.on('exit', () => releaseLock('.'));

  const program = await haproxyProgram(settings.program);
  const haproxy = await keptHaproxy({ program, settings });
  dropPrivileges(entry);
  const kept = await keeper(haproxy, settings);
  const retire = once(async () => {
    log('retiring');
    await leave(kept, control);
  });
  const control = await controlServer(
    controlAnswers(kept, { retire, about: () => aboutOf(haproxy, settings) }),
  );
  const end = once(async () => {
    log('ending, with HAProxy');
    await leave(kept, control);
    haproxy.end();
  });
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  process.on('SIGHUP', () => {});
  log(`keeps the HAProxy at ${settings.listen}, ${kept.routes().length} routes`);
  return 'listening';
}

function controlAnswers(
  kept: Keeper,
  { about, retire }: { about: () => AboutKeeper; retire: () => Promise<void> },
): ControlAnswers {
  return new Map<string, (body: unknown) => unknown>([
    ['GET /about', about],
    ['GET /routes', () => kept.routes()],
    ['GET /activity', () => kept.activity()],
    ['GET /totals', () => kept.totals()],
    [
      'POST /apply',
      (body) => {
        const { changes, fence } = applyShape.parse(body);
        return kept.apply(changes, fence);
      },
    ],
    [
      'POST /drain',
      (body) => {
        const { instances, ...limit } = drainShape.parse(body);
        return kept.drain(instances, limit);
      },
    ],
    ['POST /ticks', (body) => kept.ticks(ticksShape.parse(body).after)],
    [
      'POST /signed-visit',
      (body) => {
        const { to, forMs } = visitShape.parse(body);
        return kept.signedVisit(to, forMs);
      },
    ],
    ['PUT /certificates', (body) => kept.setCertificates(certificatesShape.parse(body))],
    ['POST /retire', retire],
  ]);
}

/** Nobody asks us any more when it resolves, and another may take our place; we end a moment later. */
async function leave(kept: Keeper, control: Server): Promise<void> {
  control.close();
  await kept.close();
  rmSync(controlSocket, { force: true });
  releaseLock('.');
  setTimeout(() => {
    log('ended');
    process.exit(0);
  }, 100);
}

function aboutOf(haproxy: KeptHaproxy, settings: HaproxySettings): AboutKeeper {
  const { port, portTls } = haproxy.running();
  return { pid: process.pid, flags: haproxyFlags(settings), port, portTls };
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}
