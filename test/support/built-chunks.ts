import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file of JavaScript of the built dashboard, in bytes as it is and as it is sent. */
export interface BuiltChunk {
  /** Without its hash: `rollout`. */
  name: string;
  file: string;
  raw: number;
  gzip: number;
  brotli: number;
  /** Files that it imports, at once or when somebody wants them. */
  imports: string[];
}

/** What a screen loads in all: the entry, its own chunk, and whatever that may load. */
export interface BuiltScreen {
  name: string;
  chunks: BuiltChunk[];
  gzip: number;
}

/** The terminal is loaded when somebody opens a console, and counted apart. */
export const isTerminal = ({ name }: Pick<BuiltChunk, 'name'>): boolean => name === 'console';

const imported = /(?:from|import)\s*\(?\s*["'`]\.\/([\w.-]+\.js)["'`]/g;

/** All JavaScript that `web/build.ts` has put into a directory, by name. */
export function builtChunks(dist: string): BuiltChunk[] {
  return globSync('assets/*.js', { cwd: dist })
    .sort()
    .map((file) => {
      const path = join(dist, file);
      const text = readFileSync(path, 'utf8');
      return {
        name: /^assets\/(.+)-[\w-]{8}\.js$/.exec(file)?.[1] ?? file,
        file,
        raw: Buffer.byteLength(text),
        gzip: statSync(`${path}.gz`).size,
        brotli: statSync(`${path}.br`).size,
        imports: Array.from(text.matchAll(imported), ([, other = '']) => `assets/${other}`),
      };
    });
}

/** The chunk that the page asks for; the screens that are not in it are loaded from there. */
export function entryOf(dist: string, chunks: readonly BuiltChunk[]): BuiltChunk {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const entry = chunks.find(({ file }) => page.includes(`src="/${file}"`));
  if (!entry) throw new Error('index.html loads none of the chunks.');
  return entry;
}

/** Each screen with all that it may load but the terminal; the first is the entry alone, which has some screens in it. */
export function builtScreens(dist: string): BuiltScreen[] {
  const chunks = builtChunks(dist);
  const entry = entryOf(dist, chunks);
  const of = (files: Iterable<string>): BuiltChunk[] =>
    chunks.filter(({ file }) => [...files].includes(file));
  const screen = (name: string, files: Iterable<string>): BuiltScreen => {
    const loaded = of(files).filter((chunk) => !isTerminal(chunk));
    return { name, chunks: loaded, gzip: sumOf(loaded) };
  };
  return [
    screen('overview', [entry.file]),
    ...of(entry.imports).map(({ name, file }) => {
      const reached = new Set([entry.file, file]);
      // Grows while it is walked.
      for (const at of reached)
        if (at !== entry.file) for (const more of of([at])[0]?.imports ?? []) reached.add(more);
      return screen(name, reached);
    }),
  ];
}

export const sumOf = (chunks: readonly BuiltChunk[]): number =>
  chunks.reduce((sum, { gzip }) => sum + gzip, 0);
