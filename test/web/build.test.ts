import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { all } from '../../src/api/contract/all.ts';
import {
  builtChunks,
  builtScreens,
  isTerminal,
  sumOf,
  type BuiltScreen,
} from '../support/built-chunks.ts';
import { projectRoot } from '../support/project-files.ts';

/** What a screen may load, with everything it can open but the terminal. */
const mostBytesOfScreen = 45_000;
/** All screens together are above that; they grow no further unseen. */
const mostBytesInAll = 70_000;

const dist = join(projectRoot, 'web', 'dist');
const build = (): string =>
  execFileSync(process.execPath, [join(projectRoot, 'web', 'build.ts')], { encoding: 'utf8' });
const files = (glob: string): string[] => globSync(glob, { cwd: dist }).sort();
const read = (file: string): string => readFileSync(join(dist, file), 'utf8');

describe('the built dashboard', () => {
  before(build);

  test('is built once for the same sources', () => {
    const made = statSync(join(dist, 'index.html')).mtimeMs;
    equal(build(), '');
    equal(statSync(join(dist, 'index.html')).mtimeMs, made);
  });

  test('names what it loads by its content, so that it may be kept for ever', () => {
    const loaded = Array.from(read('index.html').matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g));
    ok(loaded.length >= 2);
    for (const [, file = ''] of loaded) {
      match(file, /-[\w-]{8}\.(js|css)$/);
      ok(statSync(join(dist, file)).size > 0);
    }
  });

  test('has each text compressed beside it', () => {
    for (const file of ['index.html', ...files('assets/*.{js,css}')]) {
      equal(brotliDecompressSync(readFileSync(join(dist, `${file}.br`))).toString(), read(file));
      equal(gunzipSync(readFileSync(join(dist, `${file}.gz`))).toString(), read(file));
    }
  });

  test('knows endpoints by name, method, path and role, and never how answers are checked', () => {
    const code = files('assets/*.js').map(read).join('\n');
    const { path } = all.openSession;
    ok(code.includes(JSON.stringify(['openSession', 'POST', path, 'public']).replaceAll('"', '`')));
    doesNotMatch(code, /ZodError|\$ZodType|invalid_type/);
    const screens = globSync('web/src/**/*.{ts,tsx}', { cwd: projectRoot });
    const written = screens.map((file) => readFileSync(join(projectRoot, file), 'utf8')).join('\n');
    const unused = Object.keys(all).filter((name) => !written.includes(name));
    ok(unused.length > 0);
    deepEqual(
      unused.filter((name) => code.includes(`\`${name}\``)),
      [],
    );
  });

  test('ships no source maps and nothing for scripts in the page', () => {
    deepEqual(files('**/*.map'), []);
    doesNotMatch(read('index.html'), /<script(?![^>]*src=)|<style|\son\w+=/);
  });

  test('loads at most 45 kB of JavaScript for a screen, sent as gzip, the terminal aside', () => {
    const screens = builtScreens(dist);
    ok(screens.length > 5);
    deepEqual(screens.filter(({ gzip }) => gzip > mostBytesOfScreen).map(inWords), []);
  });

  test('is in all no larger than it is meant to be, the terminal aside', (t) => {
    const chunks = builtChunks(dist).filter((chunk) => !isTerminal(chunk));
    const all = inWords({ name: 'all screens together', chunks, gzip: sumOf(chunks) });
    t.diagnostic(all);
    ok(sumOf(chunks) <= mostBytesInAll, all);
  });
});

const inWords = ({ name, chunks, gzip }: BuiltScreen): string =>
  `${name}: ${gzip} bytes: ${chunks.map((chunk) => `${chunk.name} ${chunk.gzip}`).join(', ')}`;
