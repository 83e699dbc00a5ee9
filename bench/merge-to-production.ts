// node bench/merge-to-production.ts [--rounds 7]
// From `git push` of main of examples/shop to production at 100 %: staging with its acceptance test, then a cycle
// without bake. Against the app's own programs, run by hand in the same turn: what no tool could do without.
import { spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { execa } from 'execa';
import { ensureEmbeddedPostgres } from '../src/db/embedded.ts';
import { addApp, sampleApp, type SampleApp } from '../test/support/sample-app.ts';
import { freePort, testSignalbox, type Controller } from '../test/support/signalbox.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const shop = join(import.meta.dirname, '../examples/shop');
const signalbox = await testSignalbox({ rhythm: {} });

async function run(): Promise<void> {
  const controller = await signalbox.start();
  const app = await shopWithCycle();
  await addApp(controller, app);
  await app.commit('main', 'first');
  const first = await app.push('signalbox', 'main');
  if (!/Live: http/.test(first.output)) throw new Error(first.output);
  await execa('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: app.directory });
  const database = await storeOf(controller);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    ours.push(await pushAndWait(app, round));
    theirs.push(await byHand(app, database));
  }
  await app.end();
  report(ours, theirs);
}

async function shopWithCycle(): Promise<SampleApp> {
  const app = await sampleApp('shop', {});
  const filter = (path: string): boolean => !path.includes('node_modules');
  await cp(shop, app.directory, { recursive: true, filter });
  const text = (await execa('cat', [join(shop, 'signalbox.yaml')])).stdout;
  const cycle = 'rollouts:\n  careful: { strategy: cycle, bake: 0s, warm: 1m }\n';
  await app.write({
    'signalbox.yaml': text.slice(0, text.indexOf('rollouts:')) + cycle,
    '.gitignore': 'node_modules\n',
  });
  return { ...app, commit: (branch, message) => commit(app, branch, message) };
}

/** Without what npm has put there for the programs by hand. */
async function commit(app: SampleApp, branch: string, message: string): Promise<string> {
  await app.git('checkout', '--quiet', '-B', branch);
  await app.git('add', '--all');
  await app.git('commit', '--quiet', '--allow-empty', '--message', message);
  return (await app.git('rev-parse', 'HEAD')).trim();
}

async function storeOf(controller: Controller): Promise<string> {
  const path = '/api/v1/environments/shop%2Fstaging';
  const { stores } = await controller.call<{ stores: { database: string }[] }>('GET', path);
  const directory = join(signalbox.directory, 'data/postgres');
  const url = new URL((await ensureEmbeddedPostgres({ directory })).url);
  url.pathname = `/${stores[0]?.database ?? ''}`;
  return url.href;
}

async function pushAndWait(app: SampleApp, round: number): Promise<number> {
  await app.write({ 'note.txt': String(round) });
  await app.commit('main', `round ${round}`);
  const began = performance.now();
  const { output } = await app.push('signalbox', 'main');
  const took = performance.now() - began;
  if (!/Live: http/.test(output)) throw new Error(output);
  return took;
}

/** Checks side by side; then for staging and for production: migrate, start, smoke; and the acceptance test. */
async function byHand({ directory: cwd }: SampleApp, database: string): Promise<number> {
  const began = performance.now();
  const env = { DATABASE_URL: database };
  const node = (args: string[], more: Record<string, string> = {}) =>
    execa(process.execPath, args, { cwd, env: { ...env, ...more } });
  await Promise.all([node(['lint.js']), node(['--test'])]);
  for (const tests of [['smoke.js', 'smoke.js'], ['smoke.js']]) {
    await node(['db/migrate.js']);
    const port = String(await freePort());
    const web = spawn(process.execPath, ['web.js'], {
      cwd,
      env: { ...process.env, ...env, PORT: port },
      stdio: 'ignore',
    });
    const url = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${url}/healthz`).catch(() => null))?.ok)
      await new Promise((look) => setTimeout(look, 10));
    for (const test of tests) await node([test], { SIGNALBOX_URL: url });
    web.kill();
  }
  return performance.now() - began;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

function report(ours: number[], theirs: number[]): void {
  const own = ours.map((took, round) => took - (theirs[round] ?? 0));
  const table = new Table({
    head: ['push → production at 100 %, examples/shop', 'median', 'fastest', 'slowest'],
  });
  for (const [name, all] of [
    ['Signalbox, cycle without bake', ours],
    ["the app's own programs by hand", theirs],
    ["Signalbox's own time", own],
  ] as const)
    table.push([
      name,
      ...[median(all), Math.min(...all), Math.max(...all)].map(
        (ms) => `${(ms / 1000).toFixed(2)} s`,
      ),
    ]);
  console.log(table.toString());
}

try {
  await run();
} finally {
  await signalbox.end();
}
