// node bench/web.ts [--rounds 15] [--only bytes|view|table|charts]
// What the dashboard costs: bytes, the time to the first row of real data, a table of 200 rows that is filtered and
// updated, six charts of 3,600 points and four lines. Beside each a peer, in turns, in the same run and the same Chromium.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, newPage } from '../test/support/browser.ts';
import { projectRoot } from '../test/support/project-files.ts';
import { actsTable, type Act } from './web/acts.ts';
import { buildPages, buildWithUplot } from './web/build-pages.ts';
import { bytesTables } from './web/bytes.ts';
import { firstViewTable } from './web/first-view.ts';
import { serveFiles } from './web/serve-files.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, only: { type: 'string' } },
});
const rounds = Number(values.rounds);
const wants = (part: string): boolean => values.only === undefined || values.only === part;

const clear = (side: string): string => `bench.${side}.clear()`;
const drawn = 'prepare(); bench.ours.first().then(bench.peer.first)';
const emptied = 'bench.ours.noLetter()';
const newRow = { words: 'an answer: one row is new', name: 'update', before: 'prepareOne()' };
const newRows = { words: 'an answer: all 200 are new', name: 'update', before: 'prepare()' };
const parts = {
  table: {
    peer: 'innerHTML',
    inOneFrame: true,
    first: {
      words: '200 rows, first drawn',
      name: 'first',
      once: `prepare(); bench.ours.first().then(countShown).then(bench.ours.clear)`,
      before: 'prepare()',
      after: clear,
    },
    further: [
      { words: 'a letter typed: 119 found', name: 'letter', once: drawn, before: emptied },
      { words: 'two letters: 12 found', name: 'letters', before: emptied },
      { words: 'the filter emptied', name: 'noLetter', before: 'bench.ours.letters()' },
      newRow,
      newRows,
      { ...newRow, words: 'all 200 in sight: one is new', once: 'showAll()' },
      { ...newRows, words: 'all 200 in sight: all are new' },
    ],
  },
  charts: {
    peer: 'uPlot',
    // Ours paints a frame after it was asked to.
    inOneFrame: false,
    first: {
      words: '6 × 4 × 3,600, first drawn',
      name: 'first',
      before: 'prepare()',
      after: clear,
    },
    further: [
      { words: 'all six with new values', name: 'update', once: drawn, before: 'prepare()' },
    ],
  },
} satisfies Record<string, { peer: string; inOneFrame: boolean; first: Act; further: Act[] }>;

const scratch = await mkdtemp(join(tmpdir(), 'signalbox-web-'));
const browser = await launchChromium();
try {
  execFileSync(process.execPath, [join(projectRoot, 'web', 'build.ts')]);
  if (wants('bytes')) {
    await buildWithUplot(join(scratch, 'with-uplot'));
    console.log(bytesTables(join(projectRoot, 'web', 'dist'), join(scratch, 'with-uplot')));
  }
  if (wants('view')) console.log(await firstViewTable(browser, rounds));
  await buildPages(join(scratch, 'pages'));
  const files = await serveFiles(join(scratch, 'pages'));
  for (const name of ['table', 'charts'] as const) {
    if (!wants(name)) continue;
    const { first, further, ...how } = parts[name];
    const page = await newPage(browser);
    await page.goto(`${files.url}/${name}.html`);
    await page.waitForFunction('window.bench');
    console.log(await actsTable(page, { ...how, title: name, acts: [first, ...further], rounds }));
    await page.context().close();
  }
  files.end();
} finally {
  await browser.close();
  await rm(scratch, { recursive: true, force: true });
}
