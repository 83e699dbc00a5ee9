import { readFile } from 'node:fs/promises';

/** The name under which somebody holds an isolation. */
export const holderOf = (kind: 'workload' | 'workspace' | 'terminal', id: string): string =>
  `${kind}.${id}`;

/** null: there is no such file. Records appear complete or not at all. */
export async function readRecord<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
