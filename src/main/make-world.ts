import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { buildCache } from '../build/cache.ts';
import type { OpenDatabase } from '../db/pool.ts';
import type { World } from '../environments/world.ts';
import { repositories } from '../git/repositories.ts';
import { systemClock, type Clock } from '../kernel/clock.ts';
import { processRuntime } from '../runtimes/drivers/process/process-runtime.ts';
import { postgresStore } from '../stores/drivers/postgres/postgres-store.ts';
import { databaseLocks } from '../workflow/locks.ts';
import type { Engine } from '../workflow/workflow.ts';
import { codeHosts } from './code-hosts.ts';
import { secretKey } from './installation.ts';
import { openGateway, type GatewayWish, type TendedGateway } from './open-gateway.ts';

export interface Parts {
  database: OpenDatabase;
  databaseUrl: string;
  /** The server is ours alone, so its other databases may be closed to the public. */
  exclusive: boolean;
  engine: Engine;
  /** What all controllers share on disk. */
  files: string;
  gatewayWish: GatewayWish;
  domain: string;
  clock?: Clock | undefined;
  log(line: string): void;
}

interface Opened {
  gateway: TendedGateway;
  /** It knows no routes yet. */
  hasAnotherGateway: boolean;
  close(): Promise<void>;
}

/** The drivers behind the ports: processes, PostgreSQL, our own gateway, git in the files directory. */
export async function makeWorld(parts: Parts): Promise<World & Opened> {
  const { database, engine, files, domain, log } = parts;
  const { db } = database;
  const place = (name: string): string => join(files, name);
  for (const name of ['git', 'artifacts', 'cache', 'sources', 'tmp']) {
    await mkdir(place(name), { recursive: true, mode: 0o700 });
  }
  const key = await secretKey(files);
  const runtime = await processRuntime({ directory: place('runtime') });
  const { gateway, isAnother } = await openGateway(files, parts.gatewayWish);
  const stores = await postgresStore({
    url: parts.databaseUrl,
    secret: key.toString('hex'),
    exclusive: parts.exclusive,
  });
  const clock = parts.clock ?? systemClock;
  return {
    db,
    clock,
    engine,
    locks: databaseLocks(db),
    repositories: repositories(place('git')),
    checks: { db, jobs: runtime },
    build: { db, jobs: runtime, cache: buildCache(place('cache')), directory: place('artifacts') },
    runtime,
    gateway,
    hasAnotherGateway: isAnother,
    stores,
    hosts: codeHosts({ db, key, clock }),
    key,
    domain,
    buildSlots: Math.max(2, availableParallelism()),
    sources: place('sources'),
    log,
    close: () => stores.close(),
  };
}
