import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processIdentity, type ProcessIdentity } from './process-identity.ts';

/**
 * Makes this process the only gateway of the directory; false when another lives. The claim ends with the
 * process, however that dies: it is judged by pid and start time.
 *
 * Claims are numbered files and the highest number holds. A file appears complete or not at all (a hard
 * link), and only the holder of a higher number removes a lower one, so two processes that find the same
 * dead holder cannot both take its place. An heir takes the place of a living holder, that named it, without
 * a moment in between.
 */
export function claimLock(directory: string, heirOf: number | null = null): boolean {
  const mine = writeClaim(directory);
  try {
    for (;;) {
      const highest = claims(directory).at(-1) ?? 0;
      if (highest > 0 && holderLives(directory, highest, heirOf)) return false;
      if (link(mine, claimFile(directory, highest + 1))) return isHighest(directory, highest + 1);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The living gateway of this directory, if there is one. */
export function lockHolder(directory: string): ProcessIdentity | null {
  const highest = claims(directory).at(-1);
  const holder = highest === undefined ? null : readClaim(directory, highest);
  return holder !== null && isAlive(holder) ? holder : null;
}

/** Lets another process claim, while this one still finishes what it has open. Repeatable. */
export function releaseLock(directory: string): void {
  for (const number of claims(directory)) {
    if (readClaim(directory, number)?.pid === process.pid) rmSync(claimFile(directory, number));
  }
}

function isHighest(directory: string, mine: number): boolean {
  const all = claims(directory);
  const won = all.at(-1) === mine;
  const useless = won ? all.filter((number) => number < mine) : [mine];
  for (const number of useless) rmSync(claimFile(directory, number), { force: true });
  return won;
}

function holderLives(directory: string, number: number, heirOf: number | null): boolean {
  const holder = readClaim(directory, number);
  return holder !== null && holder.pid !== heirOf && isAlive(holder);
}

function writeClaim(directory: string): string {
  const file = join(directory, `claim-${process.pid}`);
  writeFileSync(file, JSON.stringify(processIdentity(process.pid)), { mode: 0o644 });
  return file;
}

function readClaim(directory: string, number: number): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(claimFile(directory, number), 'utf8')) as ProcessIdentity | null;
  } catch {
    return null;
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function claims(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap((name) => /^lock-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

const claimFile = (directory: string, number: number) => join(directory, `lock-${number}`);
