import { basename, join } from 'node:path';
import { execa } from 'execa';

/** Compiles a C source of this folder into the directory; gives the program's path. */
export async function compile(source: string, directory: string): Promise<string> {
  const program = join(directory, basename(source, '.c'));
  await execa('gcc', ['-O2', '-o', program, join(import.meta.dirname, source)]);
  return program;
}
