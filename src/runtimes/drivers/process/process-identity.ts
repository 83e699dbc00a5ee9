import { readFileSync, readlinkSync } from 'node:fs';

/** One process of one boot. A pid alone is nobody: the kernel gives it to another process later. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks from boot to its start. */
  start: string;
  /** /proc/sys/kernel/random/boot_id. */
  boot: string;
}

/** What proc(5) says of a process, as far as we need it. */
export interface ProcessState {
  state: string;
  parent: number;
  session: number;
  terminal: number;
  start: string;
}

let boot: string | undefined;

export function thisBoot(): string {
  return (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

let ours: ProcessIdentity | undefined;

/** The controller itself. */
export function thisProcess(): ProcessIdentity {
  // Not process.pid: what counts is the number under which /proc here knows us.
  const pid = Number(readlinkSync('/proc/self'));
  return (ours ??= { pid, start: processState(pid)?.start ?? '0', boot: thisBoot() });
}

/** False for a zombie too: it runs no more, only its parent has not asked yet. */
export function isAlive({ pid, start, boot }: ProcessIdentity): boolean {
  if (boot !== thisBoot()) return false;
  const found = processState(pid);
  return found !== null && found.start === start && !isDead(found);
}

export const isDead = ({ state }: ProcessState): boolean => state === 'Z' || state === 'X';

/** null: no such process. */
export function processState(pid: number): ProcessState | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0] ?? 'X',
    parent: Number(fields[1]),
    session: Number(fields[3]),
    terminal: Number(fields[4]),
    start: fields[19] ?? '',
  };
}

export const identityText = ({ pid, start, boot }: ProcessIdentity): string =>
  `${pid} ${start} ${boot}`;

/** null: not an identity. */
export function parseIdentity(text: string): ProcessIdentity | null {
  const [pid, start, boot] = text.trim().split(' ');
  if (!pid || !start || !boot || !/^[1-9]\d*$/.test(pid)) return null;
  return { pid: Number(pid), start, boot };
}
