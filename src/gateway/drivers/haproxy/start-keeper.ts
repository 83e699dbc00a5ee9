import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { StartReport } from '../../data-plane/control-contract.ts';
import { leanFlags } from '../../data-plane/lean-flags.ts';
import { openProcessLog, processReport } from '../control/process-report.ts';
import { haproxyFlags, type HaproxySettings, usualHaproxySettings } from './haproxy-settings.ts';

export interface HaproxyPlace {
  /** Where routes, counts, logs, configuration and sockets are. Absolute. */
  directory: string;
  /** For example `127.0.0.1:8080`. */
  listen: string;
  /** What is not here is as usual. */
  settings?: Partial<Omit<HaproxySettings, 'listen'>> | undefined;
}

export const settingsOf = ({ listen, settings }: HaproxyPlace): HaproxySettings => ({
  ...usualHaproxySettings,
  ...settings,
  listen,
});

const entry = join(
  import.meta.dirname,
  `../../../main/haproxy-keeper${extname(import.meta.filename)}`,
);

/**
 * A keeper has been started and has said how it went; null: it ended without a word. It is nobody's child in
 * any way that matters: own session, log of its own, nothing of the controller's environment.
 */
export async function startKeeper(
  place: HaproxyPlace,
  replace = false,
): Promise<StartReport | null> {
  const { directory } = place;
  const log = openProcessLog(directory);
  const flags = [...haproxyFlags(settingsOf(place)), ...(replace ? ['--replace'] : [])];
  const child = spawn(
    process.execPath,
    [...leanFlags, entry, '--directory', directory, '--report', '3', ...flags],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: { PATH: process.env['PATH'] },
    },
  );
  closeSync(log);
  child.unref();
  return processReport(child.stdio[3] as Readable);
}
