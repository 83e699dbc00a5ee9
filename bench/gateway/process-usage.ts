import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  userSeconds: number;
  systemSeconds: number;
  residentBytes: number;
}

/** Linux tells processor time in hundredths of a second, whatever the clock of the kernel is. */
const ticksPerSecond = 100;

/** What a process and all below it have used so far. */
export function processUsage(pid: number): ProcessUsage {
  const all = withDescendants(pid).map(usageOf);
  const sum = (pick: (usage: ProcessUsage) => number) =>
    all.reduce((total, usage) => total + pick(usage), 0);
  return {
    userSeconds: sum((usage) => usage.userSeconds),
    systemSeconds: sum((usage) => usage.systemSeconds),
    residentBytes: sum((usage) => usage.residentBytes),
  };
}

/** The process first, then its children, their children and so on. */
export function withDescendants(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(Number(name))[1])]),
  );
  const found = [pid];
  for (const parent of found)
    for (const [child, its] of parents) if (its === parent) found.push(child);
  return found;
}

/** When it began, in ticks of the kernel: a pid alone proves nothing. */
export function startOf(pid: number): string {
  return statOf(pid)[19] ?? 'ended';
}

/** How many files it may open. */
export function openFileLimit(pid: number): number {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 0);
}

function usageOf(pid: number): ProcessUsage {
  const stat = statOf(pid);
  return {
    userSeconds: Number(stat[11] ?? 0) / ticksPerSecond,
    systemSeconds: Number(stat[12] ?? 0) / ticksPerSecond,
    residentBytes: residentBytes(pid),
  };
}

/** The fields of /proc/PID/stat from the state on, which is number 0 here; none when it has ended. */
function statOf(pid: number): string[] {
  const text = textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
