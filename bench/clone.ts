// node bench/clone.ts [--size-mb N] [--rounds N]
// How long the store takes to make a preview's database from a snapshot, against the bare SQL command, in turns.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pg from 'pg';
import { ensureEmbeddedPostgres } from '../src/db/embedded.ts';
import { postgresStore } from '../src/stores/drivers/postgres/postgres-store.ts';
import { mountXfs } from '../test/support/xfs.ts';

const { values } = parseArgs({
  options: {
    'size-mb': { type: 'string', default: '1700' },
    rounds: { type: 'string', default: '8' },
  },
});
const sizeMb = Number(values['size-mb']);
const rounds = Number(values.rounds);

const app = 'bench';
const source = { app, name: 'bench_source' };
const snapshot = { app, name: 'bench_snapshot' };
const how = { ledger: 'schema_migrations', interruption: 'allowed' } as const;
const table = new Table({
  head: ['file system', 'method', 'size', 'store', 'bare SQL', 'ratio', '20 at once', 'snapshot'],
});

await onNormalDisk();
await onXfs();
console.log(table.toString());

async function onNormalDisk(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  await chmod(directory, 0o711);
  try {
    await measure('the temporary directory', directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function onXfs(): Promise<void> {
  const xfs = await mountXfs(20 * 1024 ** 3);
  if ('skip' in xfs) {
    console.log(`Without XFS: ${xfs.skip}.`);
    return;
  }
  process.once('SIGINT', () => void xfs.unmount().finally(() => process.exit(130)));
  try {
    await measure('XFS on a loop file', xfs.directory);
  } finally {
    await xfs.unmount();
  }
}

async function measure(fileSystem: string, directory: string): Promise<void> {
  const server = await ensureEmbeddedPostgres({ directory: join(directory, 'postgres') });
  try {
    await compare(fileSystem, server.url);
  } finally {
    await server.stop();
  }
}

async function compare(fileSystem: string, url: string): Promise<void> {
  const store = await postgresStore({
    url,
    secret: 'bench',
    exclusive: true,
    pgDump: '/nonexistent/pg_dump',
  });
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await store.ensure(source, { from: 'empty' });
    await fill(await store.address(source));
    const [snapshotMs, taken] = await timed(() => store.takeSnapshot(source, snapshot, how));
    await store.drop(source);
    const method = /by file \((\w+)\)/.exec(taken.how)?.[1] ?? '?';
    if (method === 'clone') await admin.query('set file_copy_method = clone');

    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // Each goes first as often as the other: what follows a big drop finds the disk busy.
      if (round % 2 === 0) ours.push(await cloneByStore(store));
      bare.push(await cloneBySql(admin));
      if (round % 2 === 1) ours.push(await cloneByStore(store));
    }
    const burstMs = await burst(store, method === 'clone' ? 20 : Math.min(20, 6000 / sizeMb));
    table.push([
      fileSystem,
      method,
      `${Math.round(taken.bytes / 1024 ** 2)} MiB`,
      `${Math.round(median(ours))} ms`,
      `${Math.round(median(bare))} ms`,
      (median(ours) / median(bare)).toFixed(2),
      burstMs,
      `${Math.round(snapshotMs)} ms`,
    ]);
  } finally {
    await admin.end();
    await store.close();
  }
}

type Store = Awaited<ReturnType<typeof postgresStore>>;

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table schema_migrations (version text)');
  await client.query('create table goods (id bigint, text text)');
  // About 1 KiB a row.
  for (let done = 0; done < sizeMb; done += 100) {
    const rows = Math.min(100, sizeMb - done) * 970;
    await client.query(
      `insert into goods select n, repeat(md5(n::text), 31) from generate_series(1, ${rows}) n`,
    );
  }
  await client.end();
}

async function cloneByStore(store: Store): Promise<number> {
  const key = { app, name: 'bench_clone' };
  const [ms] = await timed(() => store.ensure(key, { from: 'snapshot', snapshot: snapshot.name }));
  await store.drop(key);
  return ms;
}

async function cloneBySql(admin: pg.Client): Promise<number> {
  const [ms] = await timed(() =>
    admin.query(`create database bench_bare template ${snapshot.name} strategy file_copy`),
  );
  await admin.query('drop database bench_bare');
  return ms;
}

async function burst(store: Store, count: number): Promise<string> {
  const keys = Array.from({ length: Math.floor(count) }, (_, n) => ({ app, name: `bench_${n}` }));
  if (keys.length < 20) return 'no room';
  const [ms] = await timed(() =>
    Promise.all(
      keys.map((key) => store.ensure(key, { from: 'snapshot', snapshot: snapshot.name })),
    ),
  );
  for (const key of keys) await store.drop(key);
  return `${Math.round(ms)} ms`;
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const begin = performance.now();
  const result = await work();
  return [performance.now() - begin, result];
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
