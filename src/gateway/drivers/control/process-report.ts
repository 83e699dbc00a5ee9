import { mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { StartReport } from '../../data-plane/control-contract.ts';

const maxLogBytes = 4 * 1024 * 1024;

/** Where a gateway process of this directory writes to; the directory is made. A long log becomes `gateway.log.1`. */
export function openProcessLog(directory: string): number {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'gateway.log');
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > maxLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** How its start went, as it says itself; null: it ended without a word. */
export async function processReport(pipe: Readable): Promise<StartReport | null> {
  let text = '';
  for await (const piece of pipe.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (text.includes('\n')) break;
  }
  pipe.destroy();
  return text.includes('\n') ? (JSON.parse(text) as StartReport) : null;
}
