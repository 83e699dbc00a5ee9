import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemPath } from './machine.ts';
import { identityText, isAlive, parseIdentity, thisProcess } from './process-identity.ts';
import type { Place } from './place.ts';

/** Gone for everybody at once, and from disk when it resolves. Repeatable. */
export async function discard(place: Place, path: string): Promise<void> {
  const grave = join(place.trash, randomBytes(8).toString('hex'));
  try {
    await rename(path, grave);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await erase(grave);
}

/**
 * A directory of our own to make something in; what a killed controller leaves there is found by its name. Only the
 * group's own may pass through, whatever becomes of the modes below: an archive or a workload can change those.
 */
export async function draftDirectory(
  { making }: Place,
  group: number | null = null,
): Promise<string> {
  const maker = identityText(thisProcess()).replaceAll(' ', '_');
  const path = join(making, `${maker}_${randomBytes(6).toString('hex')}`);
  await mkdir(path, { mode: 0o700 });
  if (group === null) return path;
  await chown(path, 0, group);
  await chmod(path, 0o710);
  return path;
}

/** What killed controllers have left half made or half deleted is gone when it resolves. Repeatable. */
export async function emptyTrash(place: Place): Promise<void> {
  for (const name of await readdir(place.trash)) await erase(join(place.trash, name));
  for (const name of await readdir(place.making)) {
    const maker = parseIdentity(name.replaceAll('_', ' '));
    if (!maker || !isAlive(maker)) await discard(place, join(place.making, name));
  }
}

const attempts = 20;

/** The tool and not Node: it follows no symbolic link at any level, and is quick with large trees. */
async function erase(path: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const options = { env: { PATH: systemPath, LC_ALL: 'C' }, cwd: '/' };
      await promisify(execFile)('rm', ['-rf', '--', path], options);
      return;
    } catch (error) {
      // Somebody may still be writing into it.
      if (attempt === attempts) throw error;
      await pause(10 * attempt);
    }
  }
}
