import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  forbidForks,
  groupMembers,
  launcherGroup,
  membersGroup,
  type ControlGroups,
} from './control-groups.ts';
import { isDead, processState, type ProcessState } from './process-identity.ts';

export interface Ending {
  groups: ControlGroups | null;
  /** Names one start of one workload; see workload.ts. */
  key: string;
  /** From SIGTERM to SIGKILL; 0 sends no SIGTERM. */
  graceMs: number;
  /** Throws when we have lost the right to go on; asked before every signal. */
  mayGoOn?: (() => Promise<void>) | undefined;
}

const fastestLookMs = 2;
const slowestLookMs = 50;

/** The launcher, the command and all its descendants are gone when it resolves. Repeatable. */
export async function endProcesses(ending: Ending): Promise<void> {
  // The launcher first: it would start the command again.
  await killUntilNone(ending, () => launcherProcesses(ending));
  const known: Known = new Map();
  const find = (): number[] => workloadProcesses(ending, known);
  if (ending.graceMs > 0) await askToEnd(ending, find);
  if (find().length === 0) return;
  if (ending.groups) await forbidForks(membersGroup(ending.groups, ending.key));
  await killUntilNone(ending, find);
}

/** True: something of this start still runs. */
export function hasProcesses(of: Pick<Ending, 'groups' | 'key'>): boolean {
  return launcherProcesses(of).length > 0 || findProcesses(of).length > 0;
}

/** The pids of the command and its descendants. */
export const findProcesses = (of: Pick<Ending, 'groups' | 'key'>): number[] =>
  workloadProcesses(of, new Map());

async function askToEnd({ graceMs, mayGoOn }: Ending, find: () => number[]): Promise<void> {
  const until = performance.now() + graceMs;
  await mayGoOn?.();
  // A stopped process could not react.
  for (const pid of find()) if (send(pid, 'SIGTERM')) send(pid, 'SIGCONT');
  for (let lookMs = fastestLookMs; find().length > 0; lookMs = slower(lookMs)) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) return;
    await pause(Math.min(lookMs, leftMs));
  }
}

async function killUntilNone({ mayGoOn }: Ending, find: () => number[]): Promise<void> {
  for (let lookMs = fastestLookMs; ; lookMs = slower(lookMs)) {
    const found = find();
    if (found.length === 0) return;
    await mayGoOn?.();
    for (const pid of found) send(pid, 'SIGKILL');
    await pause(lookMs);
  }
}

const slower = (lookMs: number): number => Math.min(lookMs * 1.5, slowestLookMs);

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function launcherProcesses({ groups, key }: Pick<Ending, 'groups' | 'key'>): number[] {
  if (groups) return groupMembers(launcherGroup(groups, key));
  return marked(`SIGNALBOX_LAUNCHER=${key}`);
}

/** Start times by pid. */
type Known = Map<number, string>;

/**
 * Without control groups, a process is known by a mark in its environment, or as the child or in the session of one
 * that is known; `known` keeps those found before, whose parents may be gone by now.
 */
function workloadProcesses(
  { groups, key }: Pick<Ending, 'groups' | 'key'>,
  known: Known,
): number[] {
  if (groups) return groupMembers(membersGroup(groups, key));
  const found = marked(`SIGNALBOX_WORKLOAD=${key}`);
  if (found.length + known.size > 0) addRelatives(known, found);
  return [...known.keys()];
}

function addRelatives(known: Known, found: readonly number[]): void {
  const all = livingProcesses();
  for (const [pid, start] of known) if (all.get(pid)?.start !== start) known.delete(pid);
  const add = (pid: number): void => {
    const start = all.get(pid)?.start;
    if (start !== undefined) known.set(pid, start);
  };
  found.forEach(add);
  const sessions = new Set([...known.keys()].map((pid) => all.get(pid)?.session));
  for (let before = -1; before !== known.size;) {
    before = known.size;
    for (const [pid, { parent, session }] of all) {
      if (known.has(parent) || sessions.has(session)) add(pid);
    }
  }
}

function livingProcesses(): Map<number, ProcessState> {
  const all = pids().map((pid) => [pid, processState(pid)] as const);
  const living = all.filter(
    (one): one is [number, ProcessState] => one[1] !== null && !isDead(one[1]),
  );
  return new Map(living);
}

/** Processes that were started with this entry in their environment; only of users we may look at. */
function marked(entry: string): number[] {
  return pids().filter((pid) => {
    try {
      const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
      return environment.includes(`\0${entry}\0`);
    } catch {
      return false;
    }
  });
}

const pids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);
