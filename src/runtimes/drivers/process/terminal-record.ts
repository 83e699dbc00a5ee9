import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { makeGroups, removeGroups, type ControlGroups } from './control-groups.ts';
import { endProcesses } from './end-processes.ts';
import { joinIsolation, leaveIsolation } from './isolation.ts';
import type { Machine } from './machine.ts';
import { renameOnce } from './once.ts';
import { identityText, isAlive, parseIdentity, thisProcess } from './process-identity.ts';
import { holderOf, readRecord } from './record.ts';
import { discard, draftDirectory } from './trash.ts';
import type { TerminalSpec } from '../../runtime.ts';

/** What is on disk of a terminal while it is open, so that others can end it. */
export interface TerminalRecord {
  name: string;
  workspace: string;
  number: number;
  /** The controller it ends with. */
  caller: string;
}

export const terminalKey = ({ place }: Machine, { name }: TerminalRecord): string =>
  `${place.name}.${name}.1`;

/** The terminal has its isolation and its groups, and can be found by others, when it resolves. */
export async function beginTerminal(machine: Machine, spec: TerminalSpec): Promise<TerminalRecord> {
  const name = `terminal-${randomBytes(6).toString('hex')}`;
  const { number } = await joinIsolation(machine, spec.isolation, holderOf('terminal', name));
  const caller = identityText(thisProcess());
  const record: TerminalRecord = { name, workspace: spec.workspace, number, caller };
  const draft = await draftDirectory(machine.place);
  await writeFile(join(draft, 'spec.json'), JSON.stringify(record), { mode: 0o600 });
  await mkdir(machine.place.terminals, { recursive: true });
  await renameOnce(draft, join(machine.place.terminals, name));
  if (machine.groups) await makeGroups(machine.groups, terminalKey(machine, record), spec.size);
  return record;
}

/** Nothing of it runs and nothing of it is on disk when it resolves. Repeatable. */
export async function endTerminal(machine: Machine, record: TerminalRecord): Promise<void> {
  const key = terminalKey(machine, record);
  await endAll(machine.groups, key);
  await discard(machine.place, join(machine.place.terminals, record.name));
  await leaveIsolation(machine, record.number, holderOf('terminal', record.name));
}

const mostAttempts = 20;

/** What was started a moment ago may come into its groups after nobody was found there; once they are gone it cannot. */
async function endAll(groups: ControlGroups | null, key: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await endProcesses({ groups, key, graceMs: 0 });
    if (!groups) return;
    try {
      return await removeGroups(groups, key);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EBUSY' || attempt === mostAttempts) throw error;
    }
  }
}

/** Terminals in a workspace that goes, whoever opened them. */
export async function endTerminalsIn(machine: Machine, workspace: string): Promise<void> {
  for (const record of await terminalRecords(machine)) {
    if (record.workspace === workspace) await endTerminal(machine, record);
  }
}

/** Terminals whose controller was killed are gone when it resolves. Repeatable. */
export async function mendTerminals(machine: Machine): Promise<void> {
  for (const record of await terminalRecords(machine)) {
    const caller = parseIdentity(record.caller);
    if (!caller || !isAlive(caller)) await endTerminal(machine, record);
  }
}

export async function terminalRecords({ place }: Machine): Promise<TerminalRecord[]> {
  const names = await readdir(place.terminals);
  const file = (name: string): string => join(place.terminals, name, 'spec.json');
  const records = await Promise.all(names.map((name) => readRecord<TerminalRecord>(file(name))));
  return records.filter((record) => record !== null);
}
