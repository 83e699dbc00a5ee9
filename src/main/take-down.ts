import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stopPostmaster } from '../db/embedded-postmaster.ts';
import { processRuntime } from '../runtimes/drivers/process/process-runtime.ts';
import { controllerOf } from './controller-lock.ts';
import { closeGateway } from './open-gateway.ts';

export interface TakenDown {
  controller: boolean;
  workloads: number;
}

/**
 * Nothing of this directory's Signalbox runs any more when it resolves: controller, apps, builds, gateway,
 * embedded database. All data stays; the next controller starts again what served. Repeatable.
 */
export async function takeDown(place: { data: string; files: string }): Promise<TakenDown> {
  // First, or it would start again what we stop.
  const controller = await endController(place.data);
  const workloads = await endWorkloads(join(place.files, 'runtime'));
  await closeGateway(place.files);
  await stopPostmaster(join(place.data, 'postgres', 'data'));
  return { controller, workloads };
}

const patienceMs = 30_000;

async function endController(data: string): Promise<boolean> {
  const pid = await controllerOf(data);
  if (pid === null || pid === process.pid) return false;
  process.kill(pid, 'SIGTERM');
  const until = Date.now() + patienceMs;
  while ((await controllerOf(data)) === pid && Date.now() < until) await pause(50);
  if ((await controllerOf(data)) === pid) process.kill(pid, 'SIGKILL');
  return true;
}

async function endWorkloads(directory: string): Promise<number> {
  const runtime = await processRuntime({ directory });
  const running = (await runtime.holdings()).filter((holding) => holding.running);
  await Promise.all(
    running.map(({ kind, id }) =>
      kind === 'service' ? runtime.stopInstance(id) : runtime.stopJob(id),
    ),
  );
  return running.length;
}
