// node bench/push-to-preview.ts [--size-mb 1000] [--rounds 7]
// From `git push` of a new branch of examples/shop to 200 on its URL, warm build cache, staging of the given
// size; against a shell script that does the same by hand on the same database server, in turns.
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { execa } from 'execa';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../src/db/embedded.ts';
import { addApp, sampleApp, type SampleApp } from '../test/support/sample-app.ts';
import {
  eventually,
  freePort,
  testSignalbox,
  visit,
  type Controller,
} from '../test/support/signalbox.ts';

const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '7' },
  },
});
const sizeMb = Number(values['size-mb']);
const rounds = Number(values.rounds);
const shop = join(import.meta.dirname, '../examples/shop');

const signalbox = await testSignalbox({ rhythm: {} });
const work = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
await chmod(work, 0o755);

async function run(): Promise<void> {
  const controller = await signalbox.start();
  const app = await sampleApp('shop', {});
  await cp(shop, app.directory, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  await addApp(controller, app);
  await app.commit('main', 'first');
  const first = await app.push('signalbox', 'main');
  if (!/Live: http/.test(first.output)) throw new Error(first.output);
  const admin = await adminUrl();
  const { stagingDatabase, seconds } = await fill(controller, admin);
  console.log(`staging filled with ${sizeMb} MB in ${seconds} s`);
  await snapshot(controller);
  const byHand = await prepareByHand(app, admin, stagingDatabase);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // In turns, and each first every other time: one's writes are still on their way to the disk.
    if (round % 2 === 1) ours.push(await pushAndWait(app, controller, round));
    theirs.push(await byHand(round));
    if (round % 2 === 0) ours.push(await pushAndWait(app, controller, round));
  }
  await app.end();
  console.log(`Signalbox: ${ours.map(Math.round).join(' ')}`);
  console.log(`by hand: ${theirs.map(Math.round).join(' ')}`);
  report(ours, theirs);
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

function report(ours: number[], theirs: number[]): void {
  const table = new Table({
    head: ['push → 200, examples/shop', 'median', 'fastest', 'slowest', 'ratio'],
  });
  const cells = (name: string, all: number[]) =>
    [name, median(all), Math.min(...all), Math.max(...all)].map((cell) =>
      typeof cell === 'number' ? `${cell.toFixed(0)} ms` : cell,
    );
  table.push([
    ...cells(`Signalbox, ${sizeMb} MB of data`, ours),
    (median(ours) / median(theirs)).toFixed(2),
  ]);
  table.push([...cells('a shell script by hand', theirs), '1.00']);
  console.log(table.toString());
}

async function adminUrl(): Promise<string> {
  const { url } = await ensureEmbeddedPostgres({
    directory: join(signalbox.directory, 'data/postgres'),
  });
  return url;
}

async function fill(
  controller: Controller,
  admin: string,
): Promise<{ stagingDatabase: string; seconds: string }> {
  const staging = await controller.call<{ stores: { database: string }[] }>(
    'GET',
    '/api/v1/environments/shop%2Fstaging',
  );
  const database = staging.stores[0]?.database ?? '';
  const url = new URL(admin);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const began = performance.now();
  // About 1 KB a row, stored as it is.
  await client.query(
    'create table ballast as select i, repeat(md5(i::text), 31) as text from generate_series(1, $1::int) as i',
    [sizeMb * 1000],
  );
  await client.query('grant all on ballast to public');
  await client.query('checkpoint');
  await client.end();
  return { stagingDatabase: database, seconds: ((performance.now() - began) / 1000).toFixed(0) };
}

async function snapshot(controller: Controller): Promise<void> {
  const { snapshots } = await controller.call<{ snapshots: { id: string }[] }>(
    'POST',
    '/api/v1/apps/shop/snapshots',
    { from: 'staging' },
  );
  await eventually(
    'the snapshot',
    async () => {
      const taken = await controller.call<{ state: string; reason: string; bytes: number }>(
        'GET',
        `/api/v1/snapshots/${snapshots[0]?.id}`,
      );
      if (taken.state === 'failed') throw new Error(taken.reason);
      if (taken.state === 'ready') console.log(`snapshot of ${(taken.bytes / 1e6).toFixed(0)} MB`);
      return taken.state === 'ready';
    },
    120_000,
  );
}

async function commitBranch(app: SampleApp, name: string): Promise<void> {
  await app.git('checkout', '--quiet', '--force', 'main');
  await app.write({ 'note.txt': name });
  await app.commit(name, name);
}

async function pushAndWait(app: SampleApp, controller: Controller, round: number): Promise<number> {
  const branch = `ours-${round}`;
  await commitBranch(app, branch);
  const began = performance.now();
  const pushed = app.push('signalbox', branch);
  const host = `${branch}--shop.localhost`;
  while ((await visit(signalbox.gatewayPort, host).catch(() => null))?.status !== 200)
    await new Promise((look) => setTimeout(look, 10));
  const took = performance.now() - began;
  const { output } = await pushed;
  if (!/Live: http/.test(output)) throw new Error(output);
  await app.push('signalbox', '--delete', branch);
  await eventually('it is gone', async () => {
    const { environments } = await controller.call<{ environments: { branch: string }[] }>(
      'GET',
      '/api/v1/environments?app=shop',
    );
    return environments.every((one) => one.branch !== branch);
  });
  return took;
}

/** What somebody would write who needs no controller: push, unpack, checks, build, clone, migrate, start, smoke. */
async function prepareByHand(
  app: SampleApp,
  admin: string,
  staging: string,
): Promise<(round: number) => Promise<number>> {
  await execa('git', ['init', '--quiet', '--bare', join(work, 'hand.git')]);
  await app.git('push', '--quiet', join(work, 'hand.git'), 'main');
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client
    .query(`create database hand_template template ${staging} strategy file_copy`)
    .catch(async () => {
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${staging}'`,
      );
      await client.query(`create database hand_template template ${staging} strategy file_copy`);
    });
  await client.end();
  await mkdir(join(work, 'cache'));
  await execa('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefix', app.directory]);
  await execa('tar', [
    '-cf',
    join(work, 'cache/node_modules.tar'),
    '-C',
    app.directory,
    'node_modules',
  ]);
  await rm(join(app.directory, 'node_modules'), { recursive: true });
  await writeFile(join(work, 'clone.mjs'), cloneProgram, { mode: 0o644 });
  await writeFile(join(work, 'by-hand.sh'), script, { mode: 0o755 });
  return async (round) => {
    const branch = `hand-${round}`;
    await commitBranch(app, branch);
    const port = await freePort();
    const database = `hand_${round}`;
    const url = new URL(admin);
    url.pathname = `/${database}`;
    const env = {
      WORK: work,
      APP: app.directory,
      BRANCH: branch,
      PORT: String(port),
      DATABASE: database,
      ADMIN_URL: admin,
      DATABASE_URL: url.href,
      PG: join(import.meta.dirname, '../node_modules/pg/lib/index.js'),
    };
    const began = performance.now();
    await execa('sh', [join(work, 'by-hand.sh')], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    const took = performance.now() - began;
    await execa('sh', ['-c', `kill $(cat ${work}/${branch}.pids)`]);
    await drop(admin, database);
    return took;
  };
}

/** As ours goes too, so that both find the same disk. */
async function drop(admin: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query(`drop database ${database} with (force)`);
  await client.query('checkpoint');
  await client.end();
}

const cloneProgram = `const { default: pg } = await import(process.env.PG);
const client = new pg.Client({ connectionString: process.env.ADMIN_URL });
await client.connect();
await client.query('create database ' + process.env.DATABASE + ' template hand_template strategy file_copy');
await client.end();
`;

const script = `set -e
cd "$APP" && git push --quiet "$WORK/hand.git" "$BRANCH"
site="$WORK/$BRANCH"; lint="$WORK/$BRANCH-lint"; unit="$WORK/$BRANCH-unit"
for place in "$site" "$lint" "$unit"; do
  mkdir "$place"; git --git-dir "$WORK/hand.git" archive "$BRANCH" | tar -xf - -C "$place"; tar -xf "$WORK/cache/node_modules.tar" -C "$place"
done
(cd "$lint" && node lint.js) > "$WORK/lint.log" 2>&1 & lint_job=$!
(cd "$unit" && node --test) > "$WORK/unit.log" 2>&1 & unit_job=$!
(cd "$site" && { [ -d node_modules ] || npm ci; })
wait $lint_job; wait $unit_job
node "$WORK/clone.mjs"
cd "$site" && node db/migrate.js > "$WORK/migrate.log"
node web.js > "$WORK/web.log" 2>&1 & echo $! > "$WORK/$BRANCH.pids"
node worker.js > "$WORK/worker.log" 2>&1 & echo $! >> "$WORK/$BRANCH.pids"
until curl -sf -o /dev/null "http://127.0.0.1:$PORT/healthz"; do sleep 0.02; done
SIGNALBOX_URL="http://127.0.0.1:$PORT" node smoke.js
curl -sf -o /dev/null "http://127.0.0.1:$PORT/"
`;

try {
  await run();
} finally {
  await signalbox.end();
  await rm(work, { recursive: true, force: true });
}
