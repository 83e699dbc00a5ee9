import { groupKeys, removeGroups } from './control-groups.ts';
import { hasProcesses } from './end-processes.ts';
import { endOfJob, newestClaim } from './generation.ts';
import { mendIsolations } from './isolation.ts';
import type { Machine } from './machine.ts';
import { mendPorts } from './ports.ts';
import { holderOf } from './record.ts';
import { rotateLog } from './rotate-log.ts';
import { mendTerminals, terminalRecords } from './terminal-record.ts';
import { emptyTrash } from './trash.ts';
import { workloadRecord, workloadRecords } from './workload.ts';
import { workspaceRecords } from './workspaces.ts';

/** As the port says: logs are kept short, and what killed controllers left half done is gone when it resolves. */
export async function tend(machine: Machine): Promise<void> {
  const workloads = await workloadRecords(machine);
  for (const { id } of workloads) await rotateLog(machine, id);
  await emptyTrash(machine.place);
  await mendTerminals(machine);
  await mendPorts(machine, async (holder, port) => {
    const record = await workloadRecord(machine, holder).catch(() => null);
    return record?.port === port;
  });
  const holders = await allHolders(machine);
  await mendIsolations(machine, async (holder) => holders.has(holder));
  await mendGroups(machine);
}

async function allHolders(machine: Machine): Promise<Set<string>> {
  const [workloads, workspaces, terminals] = await Promise.all([
    workloadRecords(machine),
    workspaceRecords(machine),
    terminalRecords(machine),
  ]);
  return new Set([
    ...workloads.map(({ id }) => holderOf('workload', id)),
    ...workspaces.map(({ id }) => holderOf('workspace', id)),
    ...terminals.map(({ name }) => holderOf('terminal', name)),
  ]);
}

/** Groups of starts that are over for good: nobody will put a process into them any more. */
async function mendGroups(machine: Machine): Promise<void> {
  const { groups, place } = machine;
  if (!groups) return;
  // First the groups, then who has them: a record is always there before its groups.
  const keys = await groupKeys(groups, place.name);
  const terminals = new Set((await terminalRecords(machine)).map(({ name }) => name));
  for (const key of keys) {
    const [, id = '', generation = ''] = key.split('.');
    if (terminals.has(id) || !(await isOver(machine, id, Number(generation)))) continue;
    if (!hasProcesses({ groups, key })) await removeGroups(groups, key).catch(() => {});
  }
}

async function isOver(machine: Machine, id: string, generation: number): Promise<boolean> {
  const record = await workloadRecord(machine, id);
  if (!record) return true;
  if (record.kind === 'job') return (await endOfJob(machine, id)) !== null;
  return generation < ((await newestClaim(machine, id))?.generation ?? 0);
}
