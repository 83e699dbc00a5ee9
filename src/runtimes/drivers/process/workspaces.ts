import { spawn } from 'node:child_process';
import { chown, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Workspace } from '../../../kernel/job.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { diskFull } from './disk-full.ts';
import { joinIsolation, leaveIsolation } from './isolation.ts';
import { asUser, systemPath, type Machine } from './machine.ts';
import { renameOnce } from './once.ts';
import { checkedId, checkedName } from './place.ts';
import { holderOf, readRecord } from './record.ts';
import { endTerminalsIn } from './terminal-record.ts';
import { discard, draftDirectory } from './trash.ts';

/** What is on disk of a workspace beside its files. */
export interface WorkspaceRecord {
  id: string;
  owner: string;
  isolation: string;
  number: number;
}

const directoryOf = ({ place }: Machine, id: string): string =>
  join(place.workspaces, checkedId(id));

/** Where its workloads run. */
export const workspaceFiles = (machine: Machine, id: string): string =>
  join(directoryOf(machine, id), 'files');

/** null: there is none. */
export function workspaceRecord(machine: Machine, id: string): Promise<WorkspaceRecord | null> {
  return readRecord<WorkspaceRecord>(join(directoryOf(machine, id), 'spec.json'));
}

export async function workspaceRecords(machine: Machine): Promise<WorkspaceRecord[]> {
  const ids = await readdir(machine.place.workspaces);
  const records = await Promise.all(ids.map((id) => workspaceRecord(machine, id)));
  return records.filter((record) => record !== null);
}

/** As the port says: complete or not at all, whoever is killed when. */
export async function ensureWorkspace(machine: Machine, asked: Workspace): Promise<void> {
  if (await workspaceRecord(machine, asked.id)) return;
  checkedName('owner', asked.owner);
  const holder = holderOf('workspace', asked.id);
  const isolation = await joinIsolation(machine, checkedName('isolation', asked.isolation), holder);
  const { id, owner, isolation: name } = asked;
  const record: WorkspaceRecord = { id, owner, isolation: name, number: isolation.number };
  const draft = await draftDirectory(machine.place, isolation.uid);
  try {
    await writeFile(join(draft, 'spec.json'), JSON.stringify(record), { mode: 0o600 });
    const files = join(draft, 'files');
    await mkdir(files, { mode: 0o700 });
    if (isolation.uid !== null) await chown(files, isolation.uid, isolation.uid);
    for (const archive of asked.archives) {
      await unpack({ archive, into: files, uid: isolation.uid, id });
    }
    if (await renameOnce(draft, directoryOf(machine, id))) return;
    await discard(machine.place, draft);
  } catch (error) {
    // The holder stays until `tend` finds it needless: another call for the same id may count on it.
    await discard(machine.place, draft);
    throw error;
  }
}

/** As the port says. Terminals in it are ended: they hold nothing else. */
export async function removeWorkspace(machine: Machine, id: string): Promise<void> {
  const record = await workspaceRecord(machine, id);
  await endTerminalsIn(machine, id);
  await discard(machine.place, directoryOf(machine, id));
  if (record) await leaveIsolation(machine, record.number, holderOf('workspace', id));
}

interface Unpacking {
  archive: string;
  into: string;
  uid: number | null;
  id: string;
}

/** As the isolation's user, who needs no access to the archive itself: it comes in as standard input. */
async function unpack({ archive, into, uid, id }: Unpacking): Promise<void> {
  const file = await open(archive, 'r');
  try {
    const [program, args] = asUser(uid, ['tar', '--extract', '--file=-']);
    const child = spawn(program, args, {
      cwd: into,
      env: { PATH: systemPath, LC_ALL: 'C' },
      stdio: [file.fd, 'ignore', 'pipe'],
    });
    const [said, code] = await Promise.all([text(child.stderr as Readable), exitCode(child)]);
    if (code === 0) return;
    throw unpackTrouble({ id, archive, said });
  } finally {
    await file.close();
  }
}

function exitCode(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

function unpackTrouble({
  id,
  archive,
  said,
}: {
  id: string;
  archive: string;
  said: string;
}): Error {
  const lines = said.trim().split('\n');
  const why = lines.slice(0, 3).join('; ');
  if (/No space left|Disk quota|Wrote only/.test(said)) return diskFull(why);
  return new SignalboxError({
    code: 'runtime/cannot-unpack',
    what: `Cannot make the workspace ${id}: ${archive} could not be unpacked.`,
    why: `tar said: ${why}`,
    fix: ['Push again; where that does not help, clear the build cache of the app.'],
  });
}
