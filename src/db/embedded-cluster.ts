import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import {
  asUser,
  type EmbeddedBinaries,
  plainEnvironment,
  type RunAs,
} from './embedded-binaries.ts';

const run = promisify(execFile);
const majorVersion = '18';

/** The superuser's name in every embedded cluster. */
export const superuser = 'signalbox';

/**
 * The data directory holds a complete cluster when it resolves: made in a temporary directory and renamed, so
 * that a crash in the middle leaves nothing that looks finished. Calling it twice, or from two processes at
 * once, is safe. Throws `db/embedded-other-version`.
 */
export async function ensureCluster(options: {
  data: string;
  binaries: () => Promise<EmbeddedBinaries>;
  runAs: RunAs;
  password: string;
}): Promise<void> {
  const { data } = options;
  await removeAbandoned(data);
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) await makeCluster(options);
  else if (version.trim() !== majorVersion) throw otherVersion(data, version.trim());
}

/** A secret kept 0600 in a file: made once, also when two processes ask at the same time. */
export async function keptSecret(file: string): Promise<string> {
  const draft = `${file}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  // A link fails where a rename would overwrite what another process has just begun to use.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return readFile(file, 'utf8');
}

async function makeCluster(options: {
  data: string;
  binaries: () => Promise<EmbeddedBinaries>;
  runAs: RunAs;
  password: string;
}): Promise<void> {
  const { data, runAs, password } = options;
  const { initdb } = await options.binaries();
  const half = `${data}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${half}.password`;
  await mkdir(half, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs) await chown(half, runAs.uid, runAs.gid);
  if (runAs) await chown(passwordFile, runAs.uid, runAs.gid);
  try {
    await run(initdb, initdbFlags(half, passwordFile), {
      ...asUser(runAs),
      env: plainEnvironment,
      cwd: dirname(data),
    });
    await rename(half, data);
  } catch (error) {
    const winner = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null);
    if (winner === null) throw error;
  } finally {
    await rm(half, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
}

const initdbFlags = (data: string, passwordFile: string): string[] => [
  `--pgdata=${data}`,
  `--username=${superuser}`,
  `--pwfile=${passwordFile}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  // The built-in provider sorts alike on every machine, whatever its C library.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
];

/** What processes that were killed in the middle of initdb left behind. */
async function removeAbandoned(data: string): Promise<void> {
  const directory = dirname(data);
  for (const name of await readdir(directory)) {
    const maker = /\.tmp-(\d+)-[0-9a-f]{8}/.exec(name)?.[1];
    if (maker === undefined || isAlive(Number(maker))) continue;
    await rm(join(directory, name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const otherVersion = (data: string, version: string): SignalboxError =>
  new SignalboxError({
    code: 'db/embedded-other-version',
    what: `Cannot start the embedded PostgreSQL ${majorVersion} on the data in ${data}.`,
    why: `That data was written by PostgreSQL ${version}.`,
    fix: [
      'use the Signalbox version that wrote it, dump the databases, and load them into a new --data directory',
      'or set DATABASE_URL to a PostgreSQL of your own',
    ],
  });
