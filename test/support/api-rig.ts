import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import type { Context, Handlers } from '../../src/api/handlers.ts';
import { apiHandlers } from '../../src/api/routes/all.ts';
import type { ApiWorld } from '../../src/api/routes/api-world.ts';
import { buildCache } from '../../src/build/cache.ts';
import { loadConfig } from '../../src/config/load.ts';
import { migrate } from '../../src/db/migrate.ts';
import { sql, type Database, type Tables } from '../../src/db/pool.ts';
import { subscriptions } from '../../src/events/subscribe.ts';
import { routeFor } from '../../src/environments/conclude-deploy.ts';
import type { ServiceInstance } from '../../src/environments/environment.ts';
import { repositories } from '../../src/git/repositories.ts';
import { databaseLocks } from '../../src/workflow/locks.ts';
import { inMemoryDataStore } from '../fakes/in-memory-data-store.ts';
import { inMemoryGateway } from '../fakes/in-memory-gateway.ts';
import { notingEngine } from '../fakes/noting-engine.ts';
import { scriptedRuntime } from '../fakes/scripted-runtime.ts';
import { testDatabase } from './postgres.ts';

const run = promisify(execFile);

/** Handlers over a real database and real repositories; what would run is noted instead. */
export async function apiRig() {
  const { url, drop } = await testDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-api-'));
  const pool = new Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined);
  let queries = 0;
  const db: Database = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: () => void (queries += 1),
  });
  await migrate(db);
  const engine = notingEngine();
  const runtime = scriptedRuntime();
  const lines: string[] = [];
  const place = (name: string): string => join(directory, name);
  for (const name of ['git', 'artifacts', 'cache', 'sources', 'tmp']) await mkdir(place(name));
  const bell = subscriptions({ db, databaseUrl: url });
  let now = new Date();
  const stores = inMemoryDataStore();
  const world: ApiWorld & { stores: typeof stores } = {
    db,
    clock: { now: () => now },
    engine,
    locks: databaseLocks(db),
    repositories: repositories(place('git')),
    checks: { db, jobs: runtime },
    build: { db, jobs: runtime, cache: buildCache(place('cache')), directory: place('artifacts') },
    runtime,
    gateway: inMemoryGateway(),
    stores,
    key: Buffer.alloc(32, 7),
    domain: 'localhost',
    buildSlots: 2,
    sources: place('sources'),
    log: (line) => void lines.push(line),
    subscriptions: bell,
    version: '0.1.0',
    files: directory,
    address: () => 'http://127.0.0.1:7070',
  };
  const handlers: Handlers = apiHandlers(world);
  return {
    world,
    handlers,
    engine,
    runtime,
    directory,
    lines,
    queries: () => queries,
    setNow: (date: Date) => void (now = date),
    async close() {
      await bell.stop();
      await db.destroy();
      await drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type ApiRig = Awaited<ReturnType<typeof apiRig>>;

/** Whoever asks, and how. */
export function asking(given: Partial<Context> = {}): Context {
  return {
    actor: { id: 'ada', name: 'ada', role: 'admin' },
    signal: new AbortController().signal,
    headers: {},
    upload: Readable.from([]),
    after: null,
    ...given,
  };
}

export const shopYaml = `app: shop
services:
  web: { run: node server.js }
jobs:
  report: { run: node report.js, schedule: "0 3 * * *" }
stores:
  db: { postgres: { migrate: node migrate.js } }
variables: { GREETING: hello, API_TOKEN: tell-nobody-1 }
environments:
  preview: { except: ["bot/**"] }
`;

export async function git(directory: string, ...args: string[]): Promise<string> {
  const who = [
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  return (await run('git', ['-C', directory, ...who, ...args])).stdout.trim();
}

/** A repository of a person, with signalbox.yaml on main; the head of main. */
export async function sourceRepository(
  rig: ApiRig,
  name = 'source',
): Promise<{ path: string; head: string }> {
  const path = join(rig.directory, name);
  await mkdir(path);
  await git(path, 'init', '-q', '-b', 'main');
  await writeFile(join(path, 'signalbox.yaml'), shopYaml);
  await git(path, 'add', '.');
  await git(path, 'commit', '-q', '-m', 'first');
  return { path, head: await git(path, 'rev-parse', 'HEAD') };
}

/** The app `shop`, pushed to, whose repository has main and these branches. */
export async function shopWithBranches(
  rig: ApiRig,
  ...branches: string[]
): Promise<{ head: string }> {
  const { path, head } = await sourceRepository(rig);
  await rig.handlers.addApp({ name: 'shop' }, asking());
  const bare = rig.world.repositories.path('shop');
  for (const branch of ['main', ...branches])
    await git(path, '--git-dir', `${path}/.git`, 'branch', '-f', branch).catch(() => '');
  for (const branch of ['main', ...branches]) {
    await git(bare, 'fetch', '-q', path, `+refs/heads/${branch}:refs/heads/${branch}`);
  }
  return { head };
}

/** A living environment of shop with one deploy, one web instance and one store, as the workflows leave it. */
export async function livingEnvironment(
  rig: ApiRig,
  of: { name: string; commit: string; id?: string },
): Promise<{ id: string; deploy: string; instance: string }> {
  const { db, gateway, stores } = rig.world;
  const kind = of.name.startsWith('preview/') ? 'preview' : of.name;
  const branch = kind === 'preview' ? of.name.slice('preview/'.length) : 'main';
  const id = of.id ?? `${of.name.replaceAll(/[^a-z0-9]/g, '')}000000000000`.slice(0, 12);
  const host = `${id}.localhost`;
  const deploy = `d${id}`;
  const instance = `run-${deploy}-web-1`;
  const database = `sb_env_${id}_db`;
  const config = JSON.stringify(loadConfig(shopYaml).config);
  await sql`insert into environments (id, app_id, name, kind, branch, host, state, deploy_id, config)
    select ${id}, id, ${of.name}, ${kind}, ${branch}, ${host}, 'live', ${deploy}, ${config}::jsonb from apps where name = 'shop'`.execute(
    db,
  );
  await sql`insert into deploys (id, environment_id, number, artifact_key, commit, config, state, ended_at)
    values (${deploy}, ${id}, 1, 'a1', ${of.commit}, ${config}::jsonb, 'live', now())`.execute(db);
  await sql`insert into instances (id, environment_id, deploy_id, service, ordinal, state, host, port)
    values (${instance}, ${id}, ${deploy}, 'web', 1, 'serving', '127.0.0.1', 20001)`.execute(db);
  await sql`insert into stores (environment_id, name, kind, database, seed_reason)
    values (${id}, 'db', 'postgres', ${database}, 'empty: a new stage')`.execute(db);
  await stores.ensure({ app: 'shop', name: database }, { from: 'empty' });
  rig.runtime.instances.set(instance, {});
  const environment = { id, host, name: of.name, shares: null };
  const instances: ServiceInstance[] = [
    {
      id: instance,
      environmentId: id,
      deployId: deploy,
      service: 'web',
      ordinal: 1,
      attempt: 1,
      state: 'serving',
      host: '127.0.0.1',
      port: 20001,
    },
  ];
  await gateway.apply([{ set: routeFor(environment, { deploy, instances }) }]);
  return { id, deploy, instance };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Waits for the first item; the answer is all of them. So a test knows that the stream has begun. */
export async function begun<T>(items: AsyncIterable<T>): Promise<Promise<T[]>[]> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  const rest = async (): Promise<T[]> => {
    const all: T[] = first.done ? [] : [first.value];
    for (let item = await iterator.next(); !item.done; item = await iterator.next())
      all.push(item.value);
    return all;
  };
  // In an array, because a promise in a promise would be waited for.
  return [rest()];
}
