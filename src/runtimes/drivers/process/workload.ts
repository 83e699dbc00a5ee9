import { chown, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workload } from '../../../kernel/job.ts';
import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { joinIsolation } from './isolation.ts';
import type { Machine } from './machine.ts';
import { renameOnce } from './once.ts';
import { checkedId, checkedName } from './place.ts';
import { releasePort, takePort } from './ports.ts';
import { holderOf, readRecord } from './record.ts';
import { discard, draftDirectory } from './trash.ts';
import { workspaceRecord } from './workspaces.ts';

/**
 * What is on disk of a service or job from its first second to `forget`: spec.json (this; never a variable),
 * journal and claim.N (see generation.ts), log, and what a job packs: lists/N into archives/N.tar.
 */
export interface WorkloadRecord {
  kind: 'service' | 'job';
  id: string;
  owner: string;
  isolation: string;
  /** Of the isolation; see isolation.ts. */
  number: number;
  workspace: string;
  port: number | null;
  stopMs: number;
  /** Names of the archives, in the order of their files. */
  archives: string[];
  createdAt: string;
}

export interface NewWorkload {
  kind: 'service' | 'job';
  spec: Workload;
  listens: boolean;
  stopMs: number;
  collect: ReadonlyMap<string, readonly string[]>;
}

export const workloadDirectory = ({ place }: Machine, id: string): string =>
  join(place.workloads, checkedId(id));

/** null: there is none, or it was forgotten. */
export async function workloadRecord(machine: Machine, id: string): Promise<WorkloadRecord | null> {
  return readRecord<WorkloadRecord>(join(workloadDirectory(machine, id), 'spec.json'));
}

/** Throws `runtime/unknown-workload` where there is none. */
export async function knownWorkload(machine: Machine, id: string): Promise<WorkloadRecord> {
  const record = await workloadRecord(machine, id);
  if (record) return record;
  throw new SignalboxError({
    code: 'runtime/unknown-workload',
    what: `There is no workload ${id}.`,
    why: 'It was never started here, or it was forgotten after its end.',
    fix: ['signalbox doctor shows what runs.'],
  });
}

/** Every service and job there is. */
export async function workloadRecords(machine: Machine): Promise<WorkloadRecord[]> {
  const ids = await readdir(machine.place.workloads);
  const records = await Promise.all(ids.map((id) => workloadRecord(machine, id)));
  return records.filter((record) => record !== null);
}

/** It is complete on disk when it resolves, with its isolation and port; nothing is started. Repeatable. */
export async function ensureRecord(machine: Machine, asked: NewWorkload): Promise<WorkloadRecord> {
  const { spec, kind } = asked;
  const known = await workloadRecord(machine, spec.id);
  if (known) return sameKind(known, kind);
  await refuseStranger(machine, spec);
  const isolation = await joinIsolation(machine, spec.isolation, holderOf('workload', spec.id));
  const port = asked.listens ? await takePort(machine, spec.id) : null;
  const record: WorkloadRecord = {
    kind,
    id: spec.id,
    owner: checkedName('owner', spec.owner),
    isolation: spec.isolation,
    number: isolation.number,
    workspace: spec.workspace,
    port,
    stopMs: asked.stopMs,
    archives: [...asked.collect.keys()],
    createdAt: new Date().toISOString(),
  };
  const draft = await draftWorkload(machine, record, [...asked.collect.values()]);
  if (await renameOnce(draft, workloadDirectory(machine, spec.id))) return record;
  // Somebody else asked for the same at the same time; the isolation's holder is shared, the port is not.
  await discard(machine.place, draft);
  if (port !== null) await releasePort(machine, port);
  return sameKind(await knownWorkload(machine, spec.id), kind);
}

async function draftWorkload(
  machine: Machine,
  record: WorkloadRecord,
  lists: readonly (readonly string[])[],
): Promise<string> {
  const draft = await draftDirectory(machine.place);
  await writeFile(join(draft, 'spec.json'), JSON.stringify(record), { mode: 0o600 });
  await writeFile(join(draft, 'journal'), '', { mode: 0o600 });
  const log = await open(join(draft, 'log'), 'a', 0o600);
  await log.close();
  // So that a program may open /dev/stdout, which checks the file's owner. The directory stays closed to it.
  if (machine.users) await chown(join(draft, 'log'), record.number, record.number);
  if (lists.length === 0) return draft;
  await mkdir(join(draft, 'lists'), { mode: 0o700 });
  await mkdir(join(draft, 'archives'), { mode: 0o700 });
  for (const [index, paths] of lists.entries()) {
    const list = paths.map((path) => `${path}\0`).join('');
    await writeFile(join(draft, 'lists', String(index)), list, { mode: 0o600 });
  }
  return draft;
}

/** Throws unless the workspace exists and belongs to the same isolation. */
export async function refuseStranger(
  machine: Machine,
  { id, isolation, workspace }: Pick<Workload, 'id' | 'isolation' | 'workspace'>,
): Promise<void> {
  const found = await workspaceRecord(machine, workspace);
  if (!found) {
    throw new SignalboxError({
      code: 'runtime/no-workspace',
      what: `Cannot start ${id}: its workspace ${workspace} is not there.`,
      why: 'It was never made, or it has been removed.',
      fix: ['Push or deploy again: that makes a new one.'],
    });
  }
  if (found.isolation === isolation) return;
  throw new Error(
    `${id} is of ${isolation}, but the workspace ${workspace} is of ${found.isolation}.`,
  );
}

function sameKind(record: WorkloadRecord, kind: WorkloadRecord['kind']): WorkloadRecord {
  if (record.kind === kind) return record;
  throw new Error(`${record.id} is a ${record.kind}, not a ${kind}.`);
}
