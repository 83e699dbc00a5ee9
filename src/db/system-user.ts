import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SignalboxError } from '../kernel/signalbox-error.ts';

const run = promisify(execFile);

/** An account of this machine. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The unprivileged account that owns the database when Signalbox runs as root: `signalbox-db`, created when
 * absent, else an existing `postgres`. Calling it twice, or from two processes at once, is safe.
 * Throws `db/no-unprivileged-user` when there is neither.
 */
export async function databaseUser(): Promise<SystemUser> {
  const present = await systemUser('signalbox-db');
  if (present) return present;
  const trouble = await createSystemUser('signalbox-db');
  const user = (await systemUser('signalbox-db')) ?? (await systemUser('postgres'));
  if (user) return user;
  throw new SignalboxError({
    code: 'db/no-unprivileged-user',
    what: 'Cannot start the embedded PostgreSQL: there is no account to run it as.',
    why: `PostgreSQL refuses to run as root, and creating the account signalbox-db failed: ${trouble}`,
    fix: [
      'useradd --system --no-create-home --shell /usr/sbin/nologin signalbox-db',
      'or start Signalbox as an ordinary user',
      'or set DATABASE_URL to a PostgreSQL of your own',
    ],
  });
}

/** The account of this name, or null. */
export async function systemUser(name: string): Promise<SystemUser | null> {
  return findUser((fields) => fields[0] === name, name);
}

/** The account with this number, or null. */
export async function systemUserOf(uid: number): Promise<SystemUser | null> {
  return findUser((fields) => fields[2] === String(uid), String(uid));
}

/** The first directory on the way to `path` that the user cannot pass through, or null. */
export async function blockedAt(path: string, user: SystemUser): Promise<string | null> {
  for (const directory of [...ancestorsOf(resolve(path)), resolve(path)]) {
    const { mode, uid, gid } = await stat(directory);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return directory;
  }
  return null;
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestorsOf(parent), parent];
}

async function findUser(
  wanted: (fields: string[]) => boolean,
  key: string,
): Promise<SystemUser | null> {
  // getent also knows accounts that come from a directory service, but not every machine has it.
  const listed = await run('getent', ['passwd', key]).then(
    ({ stdout }) => stdout,
    () => readFile('/etc/passwd', 'utf8'),
  );
  const fields = listed
    .split('\n')
    .map((line) => line.split(':'))
    .find(wanted);
  if (!fields) return null;
  return { name: fields[0] ?? key, uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** What went wrong, or '' when the account was created. */
async function createSystemUser(name: string): Promise<string> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', name]],
  ];
  const troubles: string[] = [];
  for (const [command, args] of ways) {
    try {
      await run(command, args);
      return '';
    } catch (error) {
      troubles.push(error instanceof Error ? error.message.trim() : String(error));
      // Another process may hold the lock of the account database because it creates the same account.
      if (await systemUser(name)) return '';
    }
  }
  return troubles.join('; ');
}
