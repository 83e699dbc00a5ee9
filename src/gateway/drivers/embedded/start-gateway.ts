import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { childEnvironment } from '../../data-plane/child-environment.ts';
import type { StartReport } from '../../data-plane/control-contract.ts';
import {
  type GatewaySettings,
  settingsFlags,
  usualSettings,
} from '../../data-plane/gateway-settings.ts';
import { gatewayUser, give } from '../../data-plane/drop-privileges.ts';
import { leanFlags } from '../../data-plane/lean-flags.ts';
import { listenerText, openListener } from '../../data-plane/open-listener.ts';
import { openProcessLog, processReport } from '../control/process-report.ts';

export interface GatewayPlace {
  /** Where routes, counts, log and control socket are. Absolute. */
  directory: string;
  /** For example `127.0.0.1:8080`. */
  listen: string;
  /** What is not here is as usual. */
  settings?: Partial<Omit<GatewaySettings, 'listen'>> | undefined;
}

export const settingsOf = ({ listen, settings }: GatewayPlace): GatewaySettings => ({
  ...usualSettings,
  ...settings,
  listen,
});

const entry = join(import.meta.dirname, `../../../main/gateway${extname(import.meta.filename)}`);

/** What starts the gateway of the code on disk now, and its settings. */
export const gatewayProgram = (place: GatewayPlace) => ({
  execPath: process.execPath,
  argv: [...leanFlags, entry],
  flags: settingsFlags(settingsOf(place)),
});

/**
 * A gateway process has been started and has said how it went; null: it ended without a word. It is
 * nobody's child in any way that matters: own session, log of its own, nothing of the controller's environment,
 * and where we are root another user, for whom we open the sockets. Refuses with `gateway/port-taken`,
 * `gateway/cannot-listen` and `gateway/bad-listen-address`.
 */
export async function startGateway(
  place: GatewayPlace,
  replace = false,
): Promise<StartReport | null> {
  const { directory } = place;
  const log = openProcessLog(directory);
  const isRoot = process.getuid?.() === 0;
  // One that is to be replaced still has them.
  const opened = isRoot && !replace ? await openListeners(settingsOf(place)) : [];
  if (isRoot) give(directory);
  const { execPath, argv, flags } = gatewayProgram(place);
  const inherit = opened.flatMap(({ flag, listener }, index) => [
    flag,
    listenerText({ ...listener, fd: firstDescriptor + index }),
  ]);
  const child = spawn(
    execPath,
    [
      ...argv,
      ...flags,
      ...inherit,
      '--directory',
      '.',
      '--report',
      '3',
      ...(replace ? ['--replace'] : []),
    ],
    {
      cwd: directory,
      detached: true,
      stdio: ['ignore', log, log, 'pipe', ...opened.map(({ listener }) => listener.fd)],
      ...(isRoot && !replace
        ? { uid: gatewayUser, gid: gatewayUser, env: childEnvironment() }
        : { env: isRoot ? { PATH: process.env['PATH'] } : childEnvironment() }),
    },
  );
  closeSync(log);
  for (const { listener } of opened) listener.close?.();
  child.unref();
  return processReport(child.stdio[3] as Readable);
}

/** Standard input, output and error, and the report. */
const firstDescriptor = 4;

async function openListeners({ listen, listenTls }: GatewaySettings) {
  const plain = { flag: '--inherit', listener: await openListener(listen) };
  if (listenTls === null) return [plain];
  try {
    return [plain, { flag: '--inherit-tls', listener: await openListener(listenTls) }];
  } catch (error) {
    plain.listener.close?.();
    throw error;
  }
}
