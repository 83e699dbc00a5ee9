import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../kernel/signalbox-error.ts';
import { embeddedBinaries, type RunAs } from './embedded-binaries.ts';
import { ensureCluster, keptSecret } from './embedded-cluster.ts';
import { boundLog } from './embedded-log.ts';
import { runningPostmaster, stopPostmaster } from './embedded-postmaster.ts';
import { ensureServing } from './embedded-start.ts';
import { blockedAt, databaseUser, systemUserOf, type SystemUser } from './system-user.ts';

export interface EmbeddedPostgres {
  /** As the superuser, to the database `postgres`. */
  url: string;
  /** True: it was already running, left alive by an earlier controller. */
  adopted: boolean;
  /** Starts it again, on the same port, when it has died. Cheap enough for every second. Repeatable. */
  tend(): Promise<void>;
  /** Fast shutdown; the server is gone when it resolves. Repeatable. */
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL 18 serves the data in `directory` when it resolves. It is detached: it survives our death,
 * and the next call adopts it. Never two on one directory; calling it twice, or from several processes at once,
 * is safe. As root it runs under an unprivileged account. A kill at any instant leaves what the next call mends.
 *
 * `fsync: false` is for tests only: a power cut may then lose the data.
 * Throws `db/no-unprivileged-user`, `db/directory-unreachable`, `db/embedded-unusable`,
 * `db/embedded-other-version`, `db/embedded-not-starting`.
 */
export async function ensureEmbeddedPostgres(options: {
  directory: string;
  log?: ((line: string) => void) | undefined;
  fsync?: boolean | undefined;
}): Promise<EmbeddedPostgres> {
  await mkdir(options.directory, { recursive: true, mode: 0o711 });
  const directory = await realpath(options.directory);
  const data = join(directory, 'data');
  const runAs = await accountFor(data);
  if (runAs) await refuseUnreachable(directory, runAs);

  const binaries = () => embeddedBinaries(directory, runAs);
  const password = await keptSecret(join(directory, 'password'));
  await ensureCluster({ data, binaries, runAs, password });
  const log = options.log ?? (() => {});
  const fsync = options.fsync ?? true;
  const serve = () => ensureServing({ directory, data, binaries, runAs, password, log, fsync });
  const served = await serve();

  const stopBounding = boundLog(directory);
  return {
    ...served,
    async tend() {
      if (!(await runningPostmaster(data))) await serve();
    },
    async stop() {
      stopBounding();
      await stopPostmaster(data);
    },
  };
}

/** Root hands the database to whoever owns its data already, else to an unprivileged account. */
async function accountFor(data: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(data).catch(() => null);
  const known = owner && owner.uid !== 0 ? await systemUserOf(owner.uid) : null;
  return known ?? databaseUser();
}

async function refuseUnreachable(directory: string, user: SystemUser): Promise<void> {
  const blocked = await blockedAt(directory, user);
  if (blocked === null) return;
  throw new SignalboxError({
    code: 'db/directory-unreachable',
    what: `Cannot keep the embedded PostgreSQL in ${directory}.`,
    why: `As root, Signalbox runs it as the user ${user.name}, who may not pass through ${blocked}.`,
    fix: [
      'choose a directory that others may pass through, for example --data /var/lib/signalbox',
      `or chmod o+x ${blocked}`,
      'or start Signalbox as an ordinary user',
    ],
  });
}
