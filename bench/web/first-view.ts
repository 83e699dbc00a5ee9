import { join } from 'node:path';
import Table from 'cli-table3';
import type { Browser, Page } from 'playwright-core';
import { ensureEmbeddedPostgres } from '../../src/db/embedded.ts';
import { openDatabase, sql } from '../../src/db/pool.ts';
import { newPage, signIn } from '../../test/support/browser.ts';
import { testSignalbox } from '../../test/support/signalbox.ts';
import { median } from '../gateway/median.ts';

const environments = 200;
const never = 3_600_000;

interface View {
  coldMs: number;
  warmMs: number;
}

/** From going to an address to its first row of real data, as a table beside a bare file of the same controller. */
export async function firstViewTable(browser: Browser, rounds: number): Promise<string> {
  const rhythm = { reconcileMs: never, sweepMs: never, syncMs: never, jobsMs: never };
  const signalbox = await testSignalbox({ rhythm });
  const views = { ours: [] as View[], overview: [] as View[], peer: [] as View[] };
  try {
    const { url, token, call } = await signalbox.start();
    await call('POST', '/api/v1/apps', { name: 'shop' });
    await fill(join(signalbox.directory, 'data/postgres'));
    const view = async (path: string, shows: string): Promise<View> => {
      const page = await newPage(browser);
      await signIn(page, url, token);
      await page.addInitScript(watchFor(shows));
      const coldMs = await viewOnce(page, url + path);
      const warmMs = await viewOnce(page, url + path);
      await page.context().close();
      return { coldMs, warmMs };
    };
    for (let round = 0; round < rounds; round += 1) {
      views.ours.push(await view('/apps/shop/environments', '.environments tbody tr'));
      views.overview.push(await view('/apps/shop', 'h2'));
      views.peer.push(await view('/favicon.svg', 'svg'));
    }
  } finally {
    await signalbox.end();
  }
  return tableOf(views);
}

function tableOf(views: Record<'ours' | 'overview' | 'peer', View[]>): string {
  const table = new Table({ head: ['navigation to first data', 'cold ms', '×', 'warm ms', '×'] });
  const of = (all: View[], what: keyof View): number => median(all.map((view) => view[what]));
  const row = (name: string, all: View[]): void =>
    void table.push([
      name,
      ...(['coldMs', 'warmMs'] as const).flatMap((what) => [
        of(all, what).toFixed(0),
        (of(all, what) / of(views.peer, what)).toFixed(2),
      ]),
    ]);
  row(`environments, ${environments} of them: the first row`, views.ours);
  row('overview: the first panel', views.overview);
  row('a bare picture of the same controller', views.peer);
  return table.toString();
}

async function viewOnce(page: Page, address: string): Promise<number> {
  await page.goto(address);
  // What the page's Content-Security-Policy lets no script do, the debugger may: it waits for a promise.
  return page.evaluate<number>('shown');
}

/** Text for the page: when the first of these was there and painted, in ms since the navigation began. */
const watchFor = (shows: string): string => `window.shown = new Promise((done) => {
  const look = () => {
    if (!document.querySelector(${JSON.stringify(shows)})) return requestAnimationFrame(look);
    setTimeout(() => done(performance.now()));
  };
  requestAnimationFrame(look);
})`;

/** Recorded environments without processes, as when they sleep. */
async function fill(directory: string): Promise<void> {
  const { url } = await ensureEmbeddedPostgres({ directory });
  const own = new URL(url);
  own.pathname = '/signalbox';
  const { db, close } = openDatabase(own.href, 1);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, deploy_id, requested_at)
    select 'view' || lpad(i::text, 8, '0'), (select id from apps where name = 'shop'), 'preview/branch-' || i, 'preview',
      'branch-' || i, 'branch-' || i || '--shop.localhost', 'live', 'deploy' || i, now()
    from generate_series(1, ${environments}::int) as i`.execute(db);
  await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state)
    select 'deploy' || i, 'view' || lpad(i::text, 8, '0'), 1, 'none', md5(i::text), '{}', 'live'
    from generate_series(1, ${environments}::int) as i`.execute(db);
  await close();
}
