import { execFile } from 'node:child_process';
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptBytes, keptOf, pieceBytes, readRange, saveKept, settled } from './log-file.ts';
import { systemPath, type Machine } from './machine.ts';
import { workloadDirectory } from './workload.ts';

const largestBytes = 8 * 1024 * 1024;
const blockBytes = 512;

/** False: the file system cannot do it. */
export type Punch = (file: string, bytes: number) => Promise<boolean>;

/** The newest 4 MB of a log that has grown beyond 8 MB are what remains when it resolves. Repeatable. */
export async function rotateLog(
  machine: Machine,
  id: string,
  punch: Punch = punchHole,
): Promise<void> {
  const directory = workloadDirectory(machine, id);
  const path = join(directory, 'log');
  const log = await open(path, 'r+').catch(() => null);
  if (!log) return;
  try {
    const { size, blocks } = await log.stat();
    if (blocks * blockBytes <= largestBytes || size <= keptBytes) return;
    const { shift } = await settled(directory, await keptOf(directory), size);
    const cut = await startOfLine(log, size - keptBytes);
    // Said before it is done: a reader must not take the hole for text.
    await saveKept(directory, { oldest: shift + cut, shift });
    if (!(await punch(path, cut))) await moveAside(directory, { log, cut, shift });
  } finally {
    await log.close();
  }
}

async function punchHole(file: string, bytes: number): Promise<boolean> {
  const args = ['--punch-hole', '--offset', '0', '--length', String(bytes), '--', file];
  return promisify(execFile)('fallocate', args, { env: { PATH: systemPath } }).then(
    () => true,
    () => false,
  );
}

/** What is written in the microseconds between the last copy and the emptying is the only thing that can be lost. */
async function moveAside(
  directory: string,
  { log, cut, shift }: { log: FileHandle; cut: number; shift: number },
): Promise<void> {
  const draft = join(directory, 'log.before.draft');
  const before = await open(draft, 'w', 0o600);
  try {
    const oldest = shift + cut;
    let copied = copyRest({ from: log.fd, to: before.fd, at: cut });
    await rename(draft, join(directory, 'log.before'));
    await saveKept(directory, { oldest, shift, cut });
    copied = copyRest({ from: log.fd, to: before.fd, at: copied });
    ftruncateSync(log.fd, 0);
    await saveKept(directory, { oldest, shift: shift + copied });
  } finally {
    await before.close();
  }
}

/** Synchronous, so that nothing comes between. The place up to which everything was copied. */
function copyRest({ from, to, at }: { from: number; to: number; at: number }): number {
  for (let copied = at; ;) {
    const piece = Buffer.alloc(Math.max(0, fstatSync(from).size - copied));
    if (piece.length === 0) return copied;
    const length = readSync(from, piece, 0, piece.length, copied);
    writeSync(to, piece, 0, length);
    copied += length;
  }
}

/** So that the oldest kept line is a whole one; a line longer than a piece is cut. */
async function startOfLine(file: FileHandle, near: number): Promise<number> {
  const next = (await readRange(file, near, near + pieceBytes)).indexOf(newline);
  return next < 0 ? near : near + next + 1;
}

const newline = 10;
