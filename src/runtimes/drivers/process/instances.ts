import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../../../kernel/fence.ts';
import type { Instance, InstanceSpec } from '../../runtime.ts';
import { memoryUsed } from './control-groups.ts';
import { hasProcesses } from './end-processes.ts';
import { endStart } from './end-start.ts';
import { passFence } from './fences.ts';
import {
  claimToStop,
  journal,
  newestClaim,
  startKey,
  type Claim,
  type Entry,
  type Event,
} from './generation.ts';
import { launch } from './launch.ts';
import type { Machine } from './machine.ts';
import { listenHost } from './ports.ts';
import { isAlive } from './process-identity.ts';
import { ensureRecord, workloadRecord, type WorkloadRecord } from './workload.ts';

const mostAttempts = 10;

/** As the port says. What was stopped, or lost its launcher, is started again. */
export async function ensureInstance(
  machine: Machine,
  spec: InstanceSpec,
  fence: Fence | undefined,
): Promise<Instance> {
  await passFence(machine.place.fences, fence);
  const asked = { kind: 'service' as const, spec, collect: new Map<string, string[]>() };
  const record = await ensureRecord(machine, {
    ...asked,
    listens: spec.listens,
    stopMs: spec.stopMs,
  });
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const claim = await newestClaim(machine, spec.id);
    if (claim?.launcher && (await hasBegun(machine, record, claim))) {
      return described(machine, record);
    }
    // Whoever was told to stop may still be ending, and whose launcher was killed still runs.
    if (claim && runOf(claim) > 0) {
      await endStart(machine, { id: spec.id, generation: runOf(claim), graceMs: spec.stopMs });
    }
    const restarts = told(await journal(machine, spec.id)).last?.restarts ?? 0;
    const generation = (claim?.generation ?? 0) + 1;
    await launch(machine, { record, spec, generation, fence, restarts, timeoutMs: null });
  }
  throw new Error(`${spec.id} was stopped or killed ${mostAttempts} times while it was started.`);
}

const beginsAgainMs = 2;

/** Its launcher lives and has started the command: it may be a launcher that somebody else has just made. */
async function hasBegun(machine: Machine, { id }: WorkloadRecord, claim: Claim): Promise<boolean> {
  while (claim.launcher && isAlive(claim.launcher)) {
    const entries = await journal(machine, id);
    if (entries.some(({ generation }) => generation === claim.generation)) return true;
    await pause(beginsAgainMs);
  }
  return false;
}

/** As the port says. */
export async function instance(machine: Machine, id: string): Promise<Instance | null> {
  const record = await workloadRecord(machine, id);
  if (record?.kind !== 'service') return null;
  return described(machine, record);
}

/** As the port says; resolves for what never was, too. */
export async function stopInstance(
  machine: Machine,
  id: string,
  fence: Fence | undefined,
): Promise<void> {
  const mayGoOn = (): Promise<void> => passFence(machine.place.fences, fence);
  await mayGoOn();
  const record = await workloadRecord(machine, id);
  if (record?.kind !== 'service') return;
  await stopStart(machine, record, mayGoOn);
}

/** The newest start of a service or job can go no further, and nothing of it runs, when it resolves. */
export async function stopStart(
  machine: Machine,
  { id, stopMs }: Pick<WorkloadRecord, 'id' | 'stopMs'>,
  mayGoOn?: () => Promise<void>,
): Promise<void> {
  const last = (await claimedToStop(machine, id)) - 1;
  if (last > 0) await endStart(machine, { id, generation: last, graceMs: stopMs, mayGoOn });
}

/** The newest generation, which is a claim to stop. A launcher may have claimed one while we looked: then again. */
async function claimedToStop(machine: Machine, id: string): Promise<number> {
  while (await workloadRecord(machine, id)) {
    const claim = await newestClaim(machine, id);
    if (claim && claim.launcher === null) return claim.generation;
    const next = (claim?.generation ?? 0) + 1;
    if (await claimToStop(machine, id, next)) return next;
  }
  return 0;
}

/** The generation that ran last: a claim to stop is of the one before. */
const runOf = ({ launcher, generation }: Claim): number =>
  launcher === null ? generation - 1 : generation;

type Told = Extract<Event, { kind: 'started' | 'ended' }>;

function told(entries: readonly Entry[]): { last: Told | undefined; lastExitCode: number | null } {
  const events = entries.map(({ event }) => event);
  return {
    last: events.findLast((event): event is Told => event.kind !== 'done'),
    lastExitCode: events.findLast((event) => event.kind === 'ended')?.exitCode ?? null,
  };
}

async function described(machine: Machine, record: WorkloadRecord): Promise<Instance> {
  const { id, owner, port } = record;
  const claim = await newestClaim(machine, id);
  const { last, lastExitCode } = told(await journal(machine, id));
  const state = claim ? stateOf(machine, { id, claim, last }) : 'stopped';
  const pid = state === 'running' && last?.kind === 'started' ? last.pid : null;
  return {
    id,
    owner,
    state,
    address: port === null ? null : { host: listenHost, port },
    restarts: last?.restarts ?? 0,
    lastExitCode,
    startedAt: last?.startedAt ?? claim?.madeAt ?? new Date(record.createdAt),
    pid,
    memoryBytes: claim && state === 'running' ? await memoryOf(machine, { id, claim, pid }) : null,
  };
}

function stateOf(
  machine: Machine,
  { id, claim, last }: { id: string; claim: Claim; last: Told | undefined },
): Instance['state'] {
  if (claim.launcher && isAlive(claim.launcher)) {
    return last?.kind === 'ended' ? 'crashing' : 'running';
  }
  if (claim.launcher) return 'stopped';
  const key = startKey(machine, id, runOf(claim));
  return hasProcesses({ groups: machine.groups, key }) ? 'running' : 'stopped';
}

async function memoryOf(
  machine: Machine,
  { id, claim, pid }: { id: string; claim: Claim; pid: number | null },
): Promise<number | null> {
  if (machine.groups) return memoryUsed(machine.groups, startKey(machine, id, runOf(claim)));
  return pid === null ? null : residentBytes(pid);
}

/** Of a process and its descendants, as far as the kernel tells. */
function residentBytes(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    const below = children === '' ? [] : children.split(' ').map(Number);
    return below.reduce((sum, child) => sum + residentBytes(child), pages * pageBytes);
  } catch {
    return 0;
  }
}

const pageBytes = 4096;
