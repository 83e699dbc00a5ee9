import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '..', '..');

const notOurs = ['.git', 'node_modules', 'dist', '.signalbox'];

/** Paths of the project's own files that match the glob, relative to its root, in order. */
export function projectFiles(glob: string): string[] {
  const exclude = (path: string): boolean => notOurs.includes(basename(path));
  return globSync(glob, { cwd: projectRoot, exclude })
    .filter((path) => statSync(join(projectRoot, path), { throwIfNoEntry: false })?.isFile())
    .sort();
}

export function readProjectFile(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

export function existsInProject(path: string): boolean {
  return existsSync(join(projectRoot, path));
}
