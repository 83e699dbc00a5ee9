import { SignalboxError } from '../../../kernel/signalbox-error.ts';
import { groupKeys, removeGroups } from './control-groups.ts';
import { isRunning } from './holdings.ts';
import { leaveIsolation } from './isolation.ts';
import type { Machine } from './machine.ts';
import { releasePort } from './ports.ts';
import { holderOf } from './record.ts';
import { discard } from './trash.ts';
import { workloadDirectory, workloadRecord } from './workload.ts';

/** As the port says. Throws `runtime/still-running`. */
export async function forget(machine: Machine, id: string): Promise<void> {
  const record = await workloadRecord(machine, id);
  if (!record) return;
  if (await isRunning(machine, record)) {
    throw new SignalboxError({
      code: 'runtime/still-running',
      what: `Cannot remove the ${record.kind} ${id}: it still runs.`,
      fix: ['Stop it first.'],
    });
  }
  await discard(machine.place, workloadDirectory(machine, id));
  if (record.port !== null) await releasePort(machine, record.port);
  await leaveIsolation(machine, record.number, holderOf('workload', id));
  await removeAllGroups(machine, id);
}

async function removeAllGroups({ groups, place }: Machine, id: string): Promise<void> {
  if (!groups) return;
  const starts = (await groupKeys(groups, `${place.name}.${id}`)).filter((key) =>
    /^\d+$/.test(key.slice(`${place.name}.${id}.`.length)),
  );
  for (const key of starts) await removeGroups(groups, key);
}
