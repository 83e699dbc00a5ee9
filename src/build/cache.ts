import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { newId, shortHash } from '../kernel/id.ts';

export interface CacheEntry {
  app: string;
  /** A branch may read what main has put away and what it has put away itself, and writes only its own. */
  branch: string;
  mainBranch: string;
  key: string;
}

/** The paths a build puts away for the next one, as tar files. */
export interface BuildCache {
  /** The tar to restore, or null when nothing fits. `from` main: what the branch itself has put away does not count. */
  find(entry: CacheEntry, from?: 'branch and main' | 'main'): Promise<string | null>;
  /** Whether the branch, and not main, has put something away. */
  hasOwn(entry: CacheEntry): Promise<boolean>;
  /** Takes the file over; complete or not at all. Repeatable. */
  keep(entry: CacheEntry, file: string): Promise<void>;
  /** Nothing of the app is left when it resolves. Repeatable. */
  removeApp(app: string): Promise<void>;
  /** Removes what nobody has used since; returns the bytes freed. */
  sweep(usedBefore: Date): Promise<number>;
}

export function buildCache(directory: string): BuildCache {
  const scope = (app: string, branch: string): string => join(directory, app, shortHash(branch));
  const place = (entry: CacheEntry, branch: string): string =>
    join(scope(entry.app, branch), `${entry.key}.tar`);
  return {
    async find(entry, from = 'branch and main') {
      for (const branch of [entry.branch, entry.mainBranch]) {
        if (from === 'main' && branch !== entry.mainBranch) continue;
        const file = place(entry, branch);
        const found = await utimes(file, new Date(), new Date()).then(
          () => true,
          () => false,
        );
        if (found) return file;
      }
      return null;
    },

    async hasOwn(entry) {
      if (entry.branch === entry.mainBranch) return false;
      return (await stat(place(entry, entry.branch)).catch(() => null)) !== null;
    },

    async keep(entry, file) {
      await mkdir(scope(entry.app, entry.branch), { recursive: true, mode: 0o700 });
      await moveFile(file, place(entry, entry.branch));
    },

    removeApp: (app) => rm(join(directory, app), { recursive: true, force: true }),

    async sweep(usedBefore) {
      const files = await readdir(directory, { recursive: true }).catch(() => []);
      let freed = 0;
      for (const name of files.filter((file) => file.endsWith('.tar'))) {
        const file = join(directory, name);
        const { mtime, size } = await stat(file);
        if (mtime >= usedBefore) continue;
        await rm(file, { force: true });
        freed += size;
      }
      return freed;
    },
  };
}

/** Complete under its new name or not there, also across file systems. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const partial = `${to}.${newId()}.partial`;
    await copyFile(from, partial);
    await rename(partial, to);
    await rm(from, { force: true });
  }
}
