import { execFile } from 'node:child_process';
import {
  chown,
  mkdir,
  readFile,
  readdir,
  rmdir,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shortHash } from '../../../kernel/id.ts';
import { linkOnce, renameOnce } from './once.ts';
import { systemPath, type Machine } from './machine.ts';
import { discard, draftDirectory } from './trash.ts';

/** Those who may see each other's files and processes: a number, which is their user where we are root. */
export interface Isolation {
  number: number;
  uid: number | null;
  home: string;
  temporary: string;
}

/**
 * The holder belongs to the isolation when it resolves, and the isolation lasts until its last holder has left.
 * Calling it twice is safe.
 */
export async function joinIsolation(
  machine: Machine,
  name: string,
  holder: string,
): Promise<Isolation> {
  const key = join(machine.place.keys, shortHash(name, 24));
  await mkdir(key, { recursive: true, mode: 0o700 });
  for (;;) {
    const newest = await newestEntry(key);
    if (newest && (await enter(machine, newest.number, holder))) {
      return isolationOf(machine, newest.number);
    }
    const number = await newIsolation(machine, holder);
    const entry = join(key, String((newest?.entry ?? 0) + 1));
    const isOurs = await linkOnce(entry, String(number));
    // Somebody who was slower may have taken a place that had become free behind a newer one.
    if (isOurs && (await newestEntry(key))?.number === number) return isolationOf(machine, number);
    await leaveIsolation(machine, number, holder);
  }
}

/** Where an isolation lives, for whoever holds it. */
export function isolationOf({ place, users }: Machine, number: number): Isolation {
  const at = join(place.isolations, String(number));
  return {
    number,
    uid: users ? number : null,
    home: join(at, 'home'),
    temporary: join(at, 'tmp'),
  };
}

/** The holder has left when it resolves; with the last one its files go, and its user is not used again soon. */
export async function leaveIsolation(
  machine: Machine,
  number: number,
  holder: string,
): Promise<void> {
  const at = join(machine.place.isolations, String(number));
  await unlink(join(at, 'holders', holder)).catch(ignoreAbsence);
  try {
    // Succeeds for the last one only, and from then on nobody can enter.
    await rmdir(join(at, 'holders'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return;
    throw error;
  }
  await discard(machine.place, at);
}

/**
 * Isolations that ended while their remover was killed, and names that nobody has used for an hour, are gone when it
 * resolves. Repeatable.
 */
export async function mendIsolations(
  machine: Machine,
  isHolder: (holder: string) => Promise<boolean>,
): Promise<void> {
  const { isolations, keys } = machine.place;
  const living = new Set<number>();
  for (const name of await readdir(isolations)) {
    const at = join(isolations, name);
    const holders = await readdir(join(at, 'holders')).catch(() => null);
    if (holders === null) {
      await discard(machine.place, at);
      continue;
    }
    living.add(Number(name));
    for (const holder of holders) {
      if (await isHolder(holder)) continue;
      if (await isOld(join(at, 'holders', holder)))
        await leaveIsolation(machine, Number(name), holder);
    }
  }
  for (const name of await readdir(keys)) await forgetName(join(keys, name), living);
}

const keptMs = 3_600_000;

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > keptMs;
}

async function forgetName(key: string, living: ReadonlySet<number>): Promise<void> {
  const newest = await newestEntry(key);
  if (newest && living.has(newest.number)) {
    await utimes(key, new Date(), new Date()).catch(ignoreAbsence);
    return;
  }
  if (!(await isOld(key))) return;
  if (newest) await unlink(join(key, String(newest.entry))).catch(ignoreAbsence);
  await rmdir(key).catch(() => {});
}

async function newestEntry(key: string): Promise<{ entry: number; number: number } | null> {
  const entries = (await readdir(key)).map(Number).filter(Number.isInteger);
  if (entries.length === 0) return null;
  const entry = Math.max(...entries);
  const text = await readFile(join(key, String(entry)), 'utf8').catch(() => '');
  return { entry, number: Number(text) };
}

async function enter({ place }: Machine, number: number, holder: string): Promise<boolean> {
  const file = join(place.isolations, String(number), 'holders', holder);
  try {
    await writeFile(file, '');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A new one, already entered by its first holder. */
async function newIsolation(machine: Machine, holder: string): Promise<number> {
  for (;;) {
    const number = await newNumber(machine);
    if (machine.users && (await isSomebody(number))) continue;
    const draft = await draftDirectory(machine.place, machine.users ? number : null);
    for (const name of ['home', 'tmp']) {
      await mkdir(join(draft, name), { mode: 0o700 });
      if (machine.users) await chown(join(draft, name), number, number);
    }
    await mkdir(join(draft, 'holders'), { mode: 0o700 });
    await writeFile(join(draft, 'holders', holder), '');
    if (await renameOnce(draft, join(machine.place.isolations, String(number)))) return number;
    await discard(machine.place, draft);
  }
}

/** Counts up, so that a file left behind by a user does not belong to the next one. */
async function newNumber({ place, users }: Machine): Promise<number> {
  const { from, to } = users
    ? { ...users, from: firstUser(place.name, users) }
    : { from: 1, to: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const taken = (await readdir(place.numbers)).map(Number).filter(Number.isInteger);
    const next = Math.max(from - 1, ...taken) + 1;
    // Once around after hundreds of thousands: then any that nobody has.
    if (next > to) return from + Math.floor(Math.random() * (to - from));
    try {
      await writeFile(join(place.numbers, String(next)), '', { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    const older = taken.filter((number) => number < next);
    await Promise.all(
      older.map((number) => unlink(join(place.numbers, String(number))).catch(ignoreAbsence)),
    );
    return next;
  }
}

/** Another installation on this machine counts from elsewhere, or its users would be ours. The last fifth is room to count. */
function firstUser(placeName: string, { from, to }: { from: number; to: number }): number {
  return from + (Number.parseInt(placeName, 16) % Math.floor((to - from) * 0.8));
}

/** Directory services may have accounts with such numbers. */
async function isSomebody(uid: number): Promise<boolean> {
  try {
    await promisify(execFile)('getent', ['passwd', String(uid)], { env: { PATH: systemPath } });
    return true;
  } catch {
    return false;
  }
}

const ignoreAbsence = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};
