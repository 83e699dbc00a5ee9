import { mkdirSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { askToRetire } from './ask-to-retire.ts';
import { controlAnswers } from './control-answers.ts';
import { controlServer } from './control-server.ts';
import { controlSocket, type StartReport } from './control-contract.ts';
import type { WorkerTable } from './choose/chooser.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { claimLock, releaseLock } from './gateway-lock.ts';
import { type GatewaySettings, settingsFlags, workerCount } from './gateway-settings.ts';
import { leanFlags } from './lean-flags.ts';
import { log } from './log.ts';
import { type Listener, type Listeners, openListener } from './open-listener.ts';
import { primary } from './primary.ts';
import { stepBack } from './step-back.ts';
import { trustedPeers } from './tls/trusted-peers.ts';
import { inherits, workerDescriptors } from './worker-descriptors.ts';
import { livingWorkers } from './worker-register.ts';
import { type Workforce, workforce } from './workforce.ts';

export interface GatewayOptions {
  directory: string;
  settings: GatewaySettings;
  /** The program that workers are started with: it understands `--worker`. */
  entry: string;
  /** Ask a living gateway of the directory to end, rather than leaving it be. */
  replace?: boolean;
  /** Sockets that a predecessor or its workers left us. */
  inherited?: Inherited | null;
  heir?: Heirship | null;
}

export interface Inherited {
  plain: Listener | null;
  tls: Listener | null;
}

export interface Heirship {
  /** The process that lives until we have taken over. */
  of: number;
  /** Says that we are prepared; resolves when the predecessor has stepped back, null when it is gone. */
  turn(): Promise<WorkerTable['pauses'] | null>;
}

/**
 * Turns this process into the gateway of the directory, with workers. It serves when this resolves to
 * 'listening'; nothing was touched when 'another-lives'. Refuses with `gateway/port-taken`,
 * `gateway/cannot-listen`, `gateway/bad-listen-address`, `gateway/bad-trust`, `gateway/out-of-reach` and
 * `gateway/did-not-start`.
 */
export async function runGateway(options: GatewayOptions): Promise<StartReport['kind']> {
  const { directory, settings, entry, inherited = null, heir = null } = options;
  trustedPeers(settings.trust);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // From here on every path is relative: it stays valid when the directories above it are closed to the
  // user this process becomes, and a socket's path has only 107 bytes.
  process.chdir(directory);
  if (options.replace === true) await askToRetire(controlSocket);
  if (heir === null && !mayBegin(inherited)) return 'another-lives';

  const listeners = await openListeners(settings, inherited);
  dropPrivileges(entry);
  const workers = workerCount(settings);
  const force = await workforce({
    size: workers,
    listen: settings.listen,
    argv: (link, index) => [
      ...leanFlags,
      entry,
      '--worker',
      String(index),
      '--link',
      link,
      '--directory',
      '.',
      ...inherits(listeners),
      ...settingsFlags(settings),
    ],
    descriptors: workerDescriptors(listeners),
  });

  const pauses = heir === null ? [] : await heir.turn();
  if (pauses === null || (heir !== null && !claimLock('.', heir.of))) {
    force.crew.stop();
    force.links.close();
    return 'another-lives';
  }
  await serve({ settings, entry, listeners, force, workers, pauses });
  return 'listening';
}

/** Where only the primary process died its workers bring a successor, which has the sockets. */
function mayBegin(inherited: Inherited | null): boolean {
  const orphans = livingWorkers('.').filter(({ retiring }) => !retiring);
  if (inherited === null && orphans.length > 0) return false;
  return claimLock('.');
}

async function openListeners(
  { listen, listenTls }: GatewaySettings,
  inherited: Inherited | null,
): Promise<Listeners> {
  const plain = inherited?.plain ?? (await openListener(listen));
  if (listenTls === null) return { plain, tls: null };
  return { plain, tls: inherited?.tls ?? (await openListener(listenTls)) };
}

interface Served {
  settings: GatewaySettings;
  entry: string;
  listeners: Listeners;
  force: Workforce;
  workers: number;
  pauses: WorkerTable['pauses'];
}

async function serve({ settings, listeners, force, workers, pauses }: Served): Promise<void> {
  const { links } = force;
  const state = await primary(force, { workers, pauses });
  links.publish();
  const { retire, handOver } = stepBack({
    state,
    force,
    settings,
    listeners,
    closeControl: () => control.close(),
  });
  const control = await controlServer(
    controlAnswers(state, {
      retire,
      handOver,
      about: () => ({
        pid: process.pid,
        listen: settings.listen,
        port: listeners.plain.port,
        portTls: listeners.tls?.port ?? null,
        settings,
        workers: links.all().map(({ pid, retiring }) => ({ pid, retiring })),
      }),
    }),
  );
  force.retireRemnants();
  flushCompileCache();
  process.on('SIGTERM', () => void retire());
  process.on('SIGINT', () => void retire());
  process.on('SIGHUP', () => {});
  process.on('exit', () => releaseLock('.'));
  log(`listening on ${settings.listen}, ${state.routes().length} routes, ${workers} workers`);
}
