import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const limitBytes = 16 * 1024 * 1024;
const keptBytes = 1024 * 1024;
const everyMs = 10 * 60_000;

export const logFile = (directory: string): string => join(directory, 'postgresql.log');

/** Keeps the server's log under about 16 MiB while we live; returns how to end that. */
export function boundLog(directory: string): () => void {
  const bound = (): void => void shorten(logFile(directory)).catch(() => {});
  bound();
  const timer = setInterval(bound, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The end of the log from an offset on: what the server said since. */
export async function logSince(directory: string, offset: number): Promise<string> {
  const file = await open(logFile(directory), 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(offset, size - 4096, 0);
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.max(size - from, 1)),
      position: from,
    });
    return buffer.subarray(0, bytesRead).toString('utf8').trim();
  } finally {
    await file.close();
  }
}

/** The server appends, so it goes on at the new end of a shortened file. */
async function shorten(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size <= limitBytes) return;
    const { buffer } = await file.read({
      buffer: Buffer.alloc(keptBytes),
      position: size - keptBytes,
    });
    await writeFile(`${path}.1`, buffer);
    await truncate(path);
  } finally {
    await file.close();
  }
}
