import { open, rename, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readRecord } from './record.ts';

/** The most that is read at once. */
export const pieceBytes = 256 * 1024;
/** What remains of a log that has grown too long. */
export const keptBytes = 4 * 1024 * 1024;

/**
 * Where the kept part of a log lies. Usually old parts are punched out of the file, so that a place in the file is the
 * offset. Where the file system cannot do that, `log.before` holds what was copied away from [oldest, shift), and the
 * file begins with `shift`.
 */
export interface Kept {
  oldest: number;
  shift: number;
  /** The file is just being emptied: its bytes from here on are in `log.before`. */
  cut?: number;
}

export interface OpenLog {
  /** The oldest offset there is. */
  oldest: number;
  end: number;
  read(from: number, to: number): Promise<Buffer>;
  close(): Promise<void>;
}

const patienceMs = 500;

export async function openLog(directory: string): Promise<OpenLog> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const kept = await keptOf(directory);
    const file = await open(join(directory, 'log'), 'r');
    const { size } = await file.stat();
    const isSame = JSON.stringify(await keptOf(directory)) === JSON.stringify(kept);
    if (isSame && kept.cut === undefined) return openedLog(directory, { kept, file, size });
    if (isSame && Date.now() > until) {
      return openedLog(directory, { kept: await settled(directory, kept, size), file, size });
    }
    await file.close();
    await pause(2);
  }
}

export const keptOf = async (directory: string): Promise<Kept> =>
  (await readRecord<Kept>(join(directory, 'log.kept'))) ?? { oldest: 0, shift: 0 };

export async function saveKept(directory: string, kept: Kept): Promise<void> {
  const draft = join(directory, 'log.kept.draft');
  await writeFile(draft, JSON.stringify(kept), { mode: 0o600 });
  await rename(draft, join(directory, 'log.kept'));
}

/** What is true after the emptying, or before it, where whoever did it was killed over it. */
export async function settled(directory: string, kept: Kept, size: number): Promise<Kept> {
  const { oldest, shift, cut } = kept;
  if (cut === undefined) return kept;
  const { size: copied } = await stat(join(directory, 'log.before'));
  const isEmptied = size < cut + copied;
  return { oldest, shift: isEmptied ? oldest + copied : shift };
}

export async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const wanted = Buffer.alloc(Math.max(0, to - from));
  const { bytesRead } = await file.read(wanted, 0, wanted.length, from);
  return wanted.subarray(0, bytesRead);
}

function openedLog(
  directory: string,
  { kept, file, size }: { kept: Kept; file: FileHandle; size: number },
): OpenLog {
  const { oldest, shift } = kept;
  return {
    oldest,
    end: shift + size,
    async read(from, to) {
      if (from >= shift) return readRange(file, from - shift, to - shift);
      const before = await open(join(directory, 'log.before'), 'r');
      try {
        return await readRange(before, from - oldest, Math.min(to, shift) - oldest);
      } finally {
        await before.close();
      }
    },
    close: () => file.close(),
  };
}
