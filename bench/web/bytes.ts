import { join } from 'node:path';
import { statSync, globSync } from 'node:fs';
import Table from 'cli-table3';
import {
  builtChunks,
  builtScreens,
  isTerminal,
  sumOf,
  type BuiltChunk,
} from '../../test/support/built-chunks.ts';

const budget = 45_000;

/** How large the dashboard in `dist` is, and how large the same one with uPlot would be. */
export function bytesTables(dist: string, withUplot: string): string {
  const chunks = builtChunks(dist);
  const ours = chunks.filter((chunk) => !isTerminal(chunk));
  const theirs = builtChunks(withUplot).filter((chunk) => !isTerminal(chunk));
  const table = new Table({ head: ['JavaScript, bytes', 'raw', 'gzip', 'brotli', '× 45 kB gzip'] });
  const row = (name: string, some: readonly BuiltChunk[]): void =>
    void table.push([
      name,
      ...(['raw', 'gzip', 'brotli'] as const).map((kind) =>
        words(some.reduce((sum, chunk) => sum + chunk[kind], 0)),
      ),
      (sumOf(some) / budget).toFixed(2),
    ]);
  for (const chunk of ours) row(chunk.name, [chunk]);
  row('all screens together', ours);
  row('… with uPlot painting the charts', theirs);
  row('the terminal, only with a console', chunks.filter(isTerminal));
  return [table.toString(), screensTable(dist), verdict(sumOf(ours))].join('\n');
}

/** What somebody loads who opens one screen first, the style sheet and the page too. */
function screensTable(dist: string): string {
  const others = globSync(['index.html', 'assets/*.css'], { cwd: dist });
  const style = others.reduce((sum, file) => sum + statSync(join(dist, `${file}.gz`)).size, 0);
  const table = new Table({
    head: ['opened first, gzip', 'JavaScript', '× 45 kB', 'with style and page'],
  });
  for (const { name, gzip } of builtScreens(dist))
    table.push([name, words(gzip), (gzip / budget).toFixed(2), words(gzip + style)]);
  return table.toString();
}

const verdict = (sum: number): string =>
  sum <= budget
    ? `All screens together: ${words(sum)} bytes of gzip, within 45 kB.`
    : `All screens together: ${words(sum)} bytes of gzip, ${words(sum - budget)} ABOVE 45 kB.`;

const words = (bytes: number): string => bytes.toLocaleString('en-GB');
