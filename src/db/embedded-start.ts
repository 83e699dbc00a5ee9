import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import {
  asUser,
  type EmbeddedBinaries,
  plainEnvironment,
  type RunAs,
} from './embedded-binaries.ts';
import { superuser } from './embedded-cluster.ts';
import { logFile, logSince } from './embedded-log.ts';
import { type Postmaster, removeStalePidFile, runningPostmaster } from './embedded-postmaster.ts';

interface Cluster {
  directory: string;
  data: string;
  binaries: () => Promise<EmbeddedBinaries>;
  runAs: RunAs;
  password: string;
  fsync: boolean;
  log: (line: string) => void;
}

const attempts = 10;
// Recovery after a crash replays at most a few checkpoints' worth of log; this is for very slow disks.
const patienceMs = 5 * 60_000;

/** Adopts the server of this cluster, or starts it. It answers when this resolves. */
export async function ensureServing(cluster: Cluster): Promise<{ url: string; adopted: boolean }> {
  let trouble = '';
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const adopted = await answering(cluster, null);
    if (adopted) {
      await keepPort(cluster, adopted.port);
      cluster.log(`The embedded PostgreSQL was still running (pid ${adopted.pid}); using it.`);
      return { url: urlOf(cluster, adopted.port), adopted: true };
    }
    const started = await start(cluster);
    if (typeof started !== 'string') {
      await keepPort(cluster, started.port);
      cluster.log(`The embedded PostgreSQL serves port ${started.port} (pid ${started.pid}).`);
      return { url: urlOf(cluster, started.port), adopted: false };
    }
    // Another process may have been quicker, the port may have been taken, or the sessions of a killed
    // server may be about to end: each is over in a moment.
    trouble = started;
    await pause(50 * attempt);
  }
  throw notStarting(cluster, trouble);
}

/** The server that came up, or what it said when it did not. */
async function start(cluster: Cluster): Promise<Postmaster | string> {
  await removeStalePidFile(cluster.data);
  const { postgres } = await cluster.binaries();
  const port = await choosePort(cluster);
  const output = await open(logFile(cluster.directory), 'a', 0o600);
  try {
    const { size } = await output.stat();
    const child = spawn(postgres, ['-D', cluster.data, ...settings(port, cluster.fsync)], {
      ...asUser(cluster.runAs),
      cwd: cluster.data,
      env: plainEnvironment,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    child.unref();
    const spawnError = new Promise<Error>((done) => child.once('error', done));
    const up = await Promise.race([answering(cluster, child), spawnError]);
    if (up instanceof Error) return up.message;
    return up ?? (await logSince(cluster.directory, size));
  } finally {
    await output.close();
  }
}

/**
 * Waits until the server of this data directory answers, also through a recovery. Null: there is none (any
 * more); for a child of ours also: it has ended, or another process's server runs instead.
 */
async function answering(cluster: Cluster, child: ChildProcess | null): Promise<Postmaster | null> {
  const givenUpAt = Date.now() + patienceMs;
  while (Date.now() < givenUpAt) {
    const running = await runningPostmaster(cluster.data);
    if (child && (child.exitCode !== null || child.signalCode !== null)) return null;
    if (!running && !child) return null;
    if (running && running.state !== 'stopping' && (await answers(cluster, running))) {
      return !child || running.pid === child.pid ? running : null;
    }
    await pause(15);
  }
  throw notStarting(cluster, await logSince(cluster.directory, 0));
}

async function answers(cluster: Cluster, { port }: Postmaster): Promise<boolean> {
  if (port === 0) return false;
  const client = new pg.Client({ connectionString: urlOf(cluster, port) });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string }>(
      `select current_setting('data_directory') as directory`,
    );
    return rows[0]?.directory === cluster.data;
  } catch (error) {
    // A wrong password cannot mend itself by waiting.
    if ((error as { code?: string }).code === '28P01') throw lostPassword(cluster, error);
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

const settings = (port: number, fsync: boolean): string[] =>
  Object.entries({
    port: String(port),
    listen_addresses: '127.0.0.1',
    // TCP only: a socket's path may be too long (107 bytes), and a directory for it would need an owner.
    unix_socket_directories: '',
    max_connections: '400',
    // A controller gets in, whatever environments take.
    superuser_reserved_connections: '60',
    shared_buffers: '64MB',
    // Nobody replicates from here, and without it a clone by file copy writes next to no log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    fsync: fsync ? 'on' : 'off',
    synchronous_commit: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A failed statement may carry passwords and people's data: neither belongs into a log.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The port of the last start, or another when somebody else has taken it. */
async function choosePort(cluster: Cluster): Promise<number> {
  const kept = await keptPort(cluster);
  return kept > 0 && (await isFree(kept)) ? kept : freePort();
}

const portFile = (cluster: Cluster): string => join(cluster.directory, 'port');

const keptPort = async (cluster: Cluster): Promise<number> =>
  Number(await readFile(portFile(cluster), 'utf8').catch(() => '')) || 0;

async function keepPort(cluster: Cluster, port: number): Promise<void> {
  if ((await keptPort(cluster)) === port) return;
  const draft = `${portFile(cluster)}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, String(port));
  await rename(draft, portFile(cluster));
}

/** Below the range that outgoing connections use, so that it is still free after a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const urlOf = (cluster: Cluster, port: number): string =>
  `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/postgres`;

const notStarting = (cluster: Cluster, trouble: string): SignalboxError =>
  new SignalboxError({
    code: 'db/embedded-not-starting',
    what: `The embedded PostgreSQL in ${cluster.directory} does not start.`,
    why: trouble || 'It said nothing.',
    fix: [
      `read ${logFile(cluster.directory)}`,
      'check free disk space and memory',
      'or set DATABASE_URL to a PostgreSQL of your own',
    ],
  });

const lostPassword = (cluster: Cluster, cause: unknown): SignalboxError =>
  new SignalboxError({
    code: 'db/embedded-password-lost',
    what: `The embedded PostgreSQL in ${cluster.directory} does not accept our password.`,
    why: `The file ${join(cluster.directory, 'password')} is not the one it was made with.`,
    fix: [
      `put the original ${join(cluster.directory, 'password')} back from a backup`,
      'or start with a new --data directory',
    ],
    cause,
  });
