import { removeGroups } from './control-groups.ts';
import { endProcesses, type Ending } from './end-processes.ts';
import { startKey } from './generation.ts';
import type { Machine } from './machine.ts';

export interface Start extends Pick<Ending, 'graceMs' | 'mayGoOn'> {
  id: string;
  generation: number;
}

/**
 * Nothing of this start runs when it resolves, and its control groups are gone. Only for one that was claimed: nobody
 * will use its groups again. Repeatable.
 */
export async function endStart(
  machine: Machine,
  { id, generation, graceMs, mayGoOn }: Start,
): Promise<void> {
  const { groups } = machine;
  const key = startKey(machine, id, generation);
  await endProcesses({ groups, key, graceMs, mayGoOn });
  // Were this to fail, `tend` does it.
  if (groups) await removeGroups(groups, key).catch(() => {});
}
