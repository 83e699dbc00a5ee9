import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { StartReport } from '../../data-plane/control-contract.ts';
import { leanFlags } from '../../data-plane/lean-flags.ts';
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

const maxLogBytes = 4 * 1024 * 1024;
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
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = openLog(join(directory, 'gateway.log'));
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
  return firstReport(child.stdio[3] as Readable);
}

async function firstReport(pipe: Readable): Promise<StartReport | null> {
  let text = '';
  for await (const piece of pipe.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (text.includes('\n')) break;
  }
  pipe.destroy();
  return text.includes('\n') ? (JSON.parse(text) as StartReport) : null;
}

function openLog(file: string): number {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > maxLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
