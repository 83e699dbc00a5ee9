import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cleanup, freshDirectory } from './gateway-rig.ts';

let compiled: string | null = null;

/**
 * For a gateway of a test: with the compiled code that an earlier one in this process has left, so that its
 * processes need not read TypeScript anew.
 */
export async function warmDirectory(undo: Cleanup): Promise<string> {
  const directory = await freshDirectory(undo);
  const cache = join(directory, 'code-cache');
  if (compiled !== null) cpSync(compiled, cache, { recursive: true });
  undo.add(() => {
    if (compiled === null && existsSync(cache)) compiled = kept(cache);
  });
  return directory;
}

function kept(cache: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-code-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  cpSync(cache, directory, { recursive: true });
  return directory;
}
