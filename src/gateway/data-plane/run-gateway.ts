import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { activityLog } from './activity-log.ts';
import { controlSocket, type StartReport } from './control-contract.ts';
import { controlServer } from './control-server.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { askToRetire } from './ask-to-retire.ts';
import { claimLock } from './gateway-lock.ts';
import { leave } from './leave.ts';
import { type ListenAddress, listenAddress } from './listen-address.ts';
import { log } from './log.ts';
import { openWork } from './open-work.ts';
import { proxyServer } from './proxy-server.ts';
import { routeTable } from './route-table.ts';

interface GatewayOptions {
  directory: string;
  listen: string;
  /** Ask a living gateway of the directory to retire, rather than leaving it be. */
  replace: boolean;
}

const keepEveryMs = 5_000;

/**
 * Turns this process into the gateway of the directory. It serves when this resolves to 'listening'; nothing
 * was touched when 'another-lives'. Refuses with `gateway/port-taken`, `gateway/cannot-listen` and
 * `gateway/bad-listen-address`.
 */
export async function runGateway({
  directory,
  listen,
  replace,
}: GatewayOptions): Promise<StartReport['kind']> {
  const address = listenAddress(listen);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // From here on every path is relative: it stays valid when the directories above it are closed to the
  // user this process becomes, and a socket's path has only 107 bytes.
  process.chdir(directory);
  if (replace) await askToRetire(controlSocket);
  if (!claimLock('.')) return 'another-lives';

  const table = routeTable('routes.json');
  const open = openWork();
  const activity = activityLog({ file: 'activity.json', table, open });
  const proxy = proxyServer({ table, open, activity });
  await listenOn(proxy, listen, address);

  const keep = () =>
    activity.keep().catch((error: unknown) => log('activity was not written', error));
  const retire = once(async () => {
    clearInterval(keeping);
    await keep();
    leave({ proxy, control });
  });
  const { port } = proxy.address() as AddressInfo;
  const control = controlServer({
    table,
    open,
    activity,
    retire,
    about: () => ({ pid: process.pid, listen, port }),
  });
  await listenForControllers(control);
  dropPrivileges();

  const keeping = setInterval(() => void keep(), keepEveryMs);

  process.on('SIGTERM', () => void retire());
  process.on('SIGINT', () => void retire());
  process.on('SIGHUP', () => {});
  log(`listening on ${address.host}:${port}, ${table.all().length} routes`);
  return 'listening';
}

async function listenOn(
  server: Server,
  listen: string,
  { host, port }: ListenAddress,
): Promise<void> {
  try {
    await listening(server, () => server.listen({ host, port, backlog: 4096 }));
  } catch (error) {
    throw cannotListen(listen, error as NodeJS.ErrnoException);
  }
}

async function listenForControllers(control: Server): Promise<void> {
  rmSync(controlSocket, { force: true });
  // The directory is closed to others, so nobody slips in before the mode is set.
  await listening(control, () => control.listen(controlSocket));
  chmodSync(controlSocket, 0o600);
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      server.on('error', (error) => log('a server reports', error));
      resolve();
    });
    listen();
  });
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

function cannotListen(listen: string, error: NodeJS.ErrnoException): SignalboxError {
  const isTaken = error.code === 'EADDRINUSE';
  const port = listen.slice(listen.lastIndexOf(':') + 1);
  return new SignalboxError({
    code: isTaken ? 'gateway/port-taken' : 'gateway/cannot-listen',
    what: `The gateway cannot listen on ${listen}.`,
    why: isTaken
      ? 'Another program listens there.'
      : `The operating system says: ${error.message}.`,
    fix: isTaken
      ? [
          `Choose another port: --gateway 127.0.0.1:${Number(port) + 1}`,
          `See who has it, and stop that: ss -ltnp 'sport = :${port}'`,
        ]
      : ['Choose another address: --gateway 127.0.0.1:8080'],
    cause: error,
  });
}
