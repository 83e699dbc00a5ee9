import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system that can share blocks between files, or why there is none here. */
export async function mountXfs(
  sizeBytes: number,
): Promise<{ directory: string; unmount(): Promise<void> } | { skip: string }> {
  if (process.getuid?.() !== 0) return { skip: 'mounting a file system needs root' };
  if (!(await run('mkfs.xfs', ['-V']).catch(() => null))) {
    return { skip: 'mkfs.xfs is not installed (Debian: xfsprogs)' };
  }
  const base = await mkdtemp(join(tmpdir(), 'signalbox-xfs-'));
  const image = join(base, 'image');
  const directory = join(base, 'mounted');
  const remove = (): Promise<void> => rm(base, { recursive: true, force: true });
  try {
    await chmod(base, 0o711);
    await mkdir(directory);
    const file = await open(image, 'w');
    await file.truncate(sizeBytes);
    await file.close();
    await run('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    await run('mount', ['-o', 'loop', image, directory]);
  } catch (error) {
    await remove();
    return { skip: `XFS cannot be mounted here: ${(error as Error).message.split('\n')[0]}` };
  }
  return {
    directory,
    async unmount() {
      // Throws while anything still uses it; what is mounted must not be removed.
      await run('umount', [directory]);
      await remove();
    },
  };
}
