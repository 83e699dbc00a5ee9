import { randomBytes } from 'node:crypto';
import { link, rename, unlink, writeFile } from 'node:fs/promises';

/** True: the file is ours and complete. False: it was there before. Nobody ever sees half of it. */
export async function linkOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.draft-${randomBytes(6).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft).catch(() => {});
  }
}

/** The same for a directory that is not empty. */
export async function renameOnce(draft: string, directory: string): Promise<boolean> {
  try {
    await rename(draft, directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
