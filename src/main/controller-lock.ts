import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  isAlive,
  processIdentity,
  type ProcessIdentity,
} from '../gateway/data-plane/process-identity.ts';
import { newId } from '../kernel/id.ts';
import { SignalboxError } from '../kernel/signalbox-error.ts';

/**
 * This process is the one controller of the data directory until `release` or its death. Refuses with
 * `controller/already-running` when another one lives.
 */
export async function lockDataDirectory(directory: string): Promise<{ release(): Promise<void> }> {
  const file = join(directory, 'controller.lock');
  const mine = join(directory, `controller.lock.${newId()}`);
  const me = processIdentity(process.pid);
  if (me === null) throw new Error('This process does not see itself.');
  await writeFile(mine, JSON.stringify(me));
  try {
    // link() is atomic and refuses an existing name: of two controllers one gets it.
    for (let attempt = 0; !(await linked(mine, file)); attempt += 1) {
      const holder = await readHolder(file);
      if (holder && isAlive(holder)) throw alreadyRunning(directory, holder);
      if (attempt > 20) throw alreadyRunning(directory, holder ?? me);
      await putAside(file);
    }
    // Whoever put a dead one's lock aside may have taken ours in the same moment; then it is theirs now.
    await pause(settleMs);
    const holder = (await readHolder(file)) ?? me;
    if (!isSame(holder, me)) throw alreadyRunning(directory, holder);
  } finally {
    await rm(mine, { force: true });
  }
  return {
    async release() {
      const holder = await readHolder(file);
      if (holder && isSame(holder, me)) await rm(file, { force: true });
    },
  };
}

const settleMs = 30;
const isSame = (one: ProcessIdentity, other: ProcessIdentity): boolean =>
  one.pid === other.pid && one.startedAt === other.startedAt;

/** The living controller of a data directory, or null. */
export async function controllerOf(directory: string): Promise<number | null> {
  const holder = await readHolder(join(directory, 'controller.lock'));
  return holder && isAlive(holder) ? holder.pid : null;
}

/** Takes a dead one's lock away; one that turns out to be alive gets it back. */
async function putAside(file: string): Promise<void> {
  const aside = `${file}.${newId()}`;
  await rename(file, aside).catch(() => undefined);
  const holder = await readHolder(aside);
  if (holder && isAlive(holder)) await linked(aside, file);
  await rm(aside, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function readHolder(file: string): Promise<ProcessIdentity | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return null;
  }
}

const alreadyRunning = (directory: string, { pid }: ProcessIdentity): SignalboxError =>
  new SignalboxError({
    code: 'controller/already-running',
    what: `Another controller (process ${pid}) already works in ${directory}.`,
    why: 'Two on one data directory would do everything twice.',
    fix: [
      'Use the one that runs: signalbox status',
      `Stop it first: kill ${pid}`,
      'For several controllers: one DATABASE_URL, one --files directory, and a --data directory for each.',
    ],
  });
