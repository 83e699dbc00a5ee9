import { join } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';

const web = join(import.meta.dirname, '../../web');
const page = join(import.meta.dirname, 'page');
const shared: InlineConfig = {
  configFile: join(web, 'vite.config.ts'),
  configLoader: 'native',
  logLevel: 'warn',
};

/** Pages with parts of the dashboard and their peers, built as the dashboard is: `charts.html`, `table.html`. */
export async function buildPages(outDir: string): Promise<void> {
  const input = ['charts', 'table'].map((name) => join(page, `${name}.html`));
  await build({
    ...shared,
    root: page,
    build: { outDir, emptyOutDir: true, rolldownOptions: { input } },
  });
}

/** The dashboard with uPlot in the place of what paints our charts. */
export async function buildWithUplot(outDir: string): Promise<void> {
  await build({ ...shared, plugins: [paintedByUplot()], build: { outDir, emptyOutDir: true } });
}

const paintedByUplot = (): Plugin => ({
  name: 'bench:painted-by-uplot',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/chart-use-painted.ts') ? join(page, 'uplot-painted.ts') : null),
});
