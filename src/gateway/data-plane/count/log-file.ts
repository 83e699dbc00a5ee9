import {
  closeSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  write as writeTo,
} from 'node:fs';
import { promisify } from 'node:util';
import { log } from '../log.ts';

const write = promisify(writeTo);

export interface LogFile {
  /** Whole lines, at the end of the file, in one piece. False: the disk did not take them all. */
  append(lines: string): Promise<boolean>;
  close(): void;
}

/** A file that several processes append to and any of them puts aside when it has become too large. */
export function logFile(place: { file: string; rotateBytes: number; keep: number }): LogFile {
  let handle: number | null = null;
  let torn = false;
  let complained = false;

  async function appendOnce(lines: string): Promise<void> {
    handle = followed(place.file, handle);
    let rest = Buffer.from(torn ? `\n${lines}` : lines);
    while (rest.length > 0) {
      const { bytesWritten } = await write(handle, rest);
      torn = bytesWritten < rest.length;
      rest = rest.subarray(bytesWritten);
    }
    if (fstatSync(handle).size > place.rotateBytes) putAside(place);
  }

  return {
    async append(lines) {
      try {
        await appendOnce(lines);
        complained = false;
        return true;
      } catch (error) {
        if (!complained) log(`cannot write the access log ${place.file}; lines are lost`, error);
        complained = true;
        return false;
      }
    },

    close() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}

/** The open file while it is the one of this name, else a new one. */
function followed(file: string, handle: number | null): number {
  if (handle !== null) {
    const named = statSync(file, { throwIfNoEntry: false });
    const open = fstatSync(handle);
    if (named?.ino === open.ino && named.dev === open.dev) return handle;
    closeSync(handle);
  }
  return openSync(file, 'a', 0o640);
}

/** One process at a time: two that rename at once would lose a file. */
function putAside({ file, rotateBytes, keep }: Parameters<typeof logFile>[0]): void {
  const claim = `${file}.rotating`;
  if (!claimed(claim)) return;
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= rotateBytes) return;
    rmSync(`${file}.${keep}`, { force: true });
    for (let age = keep; age > 1; age -= 1) moveIfThere(`${file}.${age - 1}`, `${file}.${age}`);
    if (keep > 0) renameSync(file, `${file}.1`);
    else rmSync(file);
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Older than this, its owner was killed within the few microseconds it takes. */
const abandonedMs = 10_000;

function claimed(claim: string): boolean {
  try {
    closeSync(openSync(claim, 'wx'));
    return true;
  } catch {
    const since = statSync(claim, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > abandonedMs) rmSync(claim, { force: true });
    return false;
  }
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
