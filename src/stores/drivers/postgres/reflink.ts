import { randomBytes } from 'node:crypto';
import { constants, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Whether files below the server's data directory can be cloned without copying their bytes, found out by
 * trying. False when the directory is not on this machine or not ours to write to.
 *
 * It has to be known: `file_copy_method = clone` works everywhere, but where the file system cannot share
 * blocks it is slower than `copy` (measured on ext4: 148 ms against 98 ms for 239 MB).
 */
export async function canReflink(directory: string | null): Promise<boolean> {
  if (directory === null) return false;
  const original = join(directory, `signalbox-reflink-${randomBytes(6).toString('hex')}`);
  const copy = `${original}-copy`;
  try {
    await writeFile(original, Buffer.alloc(8192, 1), { flag: 'wx' });
    await copyFile(original, copy, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(original, { force: true }).catch(() => {});
    await rm(copy, { force: true }).catch(() => {});
  }
}
