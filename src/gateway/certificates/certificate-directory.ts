import { lstat, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a directory that may be certificates and keys, as they are now. */
export interface CertificateDirectory {
  /** Their contents by name, and whether anything is otherwise than at the last look. */
  look(): Promise<{ changed: boolean; texts: ReadonlyMap<string, FileText> }>;
}

/** `problem`: why it cannot be read, in words. */
export type FileText = { text: string } | { problem: string };

const mostFiles = 2000;
const mostBytes = 256 * 1024;

/**
 * Files whose name ends in crt, pem or key. What they are is told from inode, size and times of what a link
 * leads to, so a link that is turned to other files is seen, too; only what changed is read.
 */
export function certificateDirectory(directory: string): CertificateDirectory {
  let known = new Map<string, { mark: string; text: FileText }>();
  return {
    async look() {
      const next: typeof known = new Map();
      let changed = false;
      for (const name of await namesIn(directory)) {
        const file = join(directory, name);
        const mark = await markOf(file);
        const before = known.get(name);
        const same = before !== undefined && before.mark === mark;
        if (!same) changed = true;
        next.set(name, same ? before : { mark, text: await readText(file) });
      }
      changed ||= next.size !== known.size;
      known = next;
      return { changed, texts: new Map([...next].map(([name, { text }]) => [name, text])) };
    },
  };
}

/** A directory that is not there has no files; one that may not be read is the caller's trouble. */
async function namesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const wanted = names.filter((name) => /^[^.].*\.(crt|pem|key)$/.test(name));
  return wanted.sort().slice(0, mostFiles);
}

async function markOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  const link = await lstat(file, { bigint: true }).catch(() => null);
  if (found === null) return `gone ${link?.ino}`;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

async function readText(file: string): Promise<FileText> {
  try {
    // A pipe would keep us waiting for whoever writes into it.
    if (!(await stat(file)).isFile()) return { problem: 'it is not a file' };
    const opened = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await opened.read(Buffer.alloc(mostBytes + 1), 0);
      if (bytesRead > mostBytes) return { problem: `it is longer than ${mostBytes / 1024} KiB` };
      return { text: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await opened.close();
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { problem: code === 'EACCES' ? 'we may not read it' : `it cannot be read (${code})` };
  }
}
