import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import { openWebSockets } from '../load/idle-web-sockets.ts';
import { startSignalbox } from '../peers/signalbox.ts';
import { openFileLimit, processUsage } from '../process-usage.ts';
import type { OwnCase, OwnOrder, OwnResult } from './own-case.ts';

const wanted = 10_000;
const goalKilobytes = 15;
/** Log, control socket, pool and the like; each WebSocket has two files, one to each side. */
const otherFiles = 400;
const settleMs = 5000;

/** What a WebSocket costs in memory while nothing happens on it. */
export const idleWebSockets: OwnCase = { name: 'idle-web-sockets', run };

async function run({ scene, options }: OwnOrder): Promise<OwnResult> {
  const choice = { core: options.gatewayCore, label: 'idle-web-sockets', routes: [] };
  const peer = await startSignalbox(scene, choice);
  try {
    const { pid } = peer.process;
    const room = Math.floor((openFileLimit(pid) - otherFiles) / 2);
    const count = Math.min(wanted, room);
    const order = { port: peer.port, host: scene.host, count };
    await warmUp(order);
    const before = processUsage(pid);
    const sockets = await openWebSockets(order);
    await pause(settleMs);
    const after = processUsage(pid);
    const living = await sockets.countLiving();
    sockets.end();
    const bytesEach = (after.residentBytes - before.residentBytes) / count;
    return {
      text: [tableOf({ before, after, bytesEach, living, count }), ...shortOf(count, room)].join(
        '\n',
      ),
      figures: {
        count,
        living,
        bytesEach,
        before: before.residentBytes,
        after: after.residentBytes,
      },
    };
  } finally {
    await peer.end();
  }
}

/** What the first some hundred cost is the code that they bring to life. */
async function warmUp(order: { port: number; host: string }): Promise<void> {
  const sockets = await openWebSockets({ ...order, count: 300 });
  sockets.end();
  await pause(1000);
}

interface Outcome {
  before: { residentBytes: number };
  after: { residentBytes: number };
  bytesEach: number;
  living: number;
  count: number;
}

function tableOf({ before, after, bytesEach, living, count }: Outcome): string {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['idle WebSockets', 'MB before', 'MB with them', 'KB each', 'still alive', 'goal'],
  });
  const kilobytes = bytesEach / 1000;
  table.push([
    count.toLocaleString('en-GB'),
    (before.residentBytes / 1e6).toFixed(0),
    (after.residentBytes / 1e6).toFixed(0),
    kilobytes.toFixed(1),
    living.toLocaleString('en-GB'),
    `≤ ${goalKilobytes} KB: ${kilobytes <= goalKilobytes && living === count ? 'met' : 'NOT MET'}`,
  ]);
  return table.toString();
}

function shortOf(count: number, room: number): string[] {
  if (count === wanted) return [];
  return [
    `Not ${wanted.toLocaleString('en-GB')}: the limit of open files leaves room for ${room.toLocaleString('en-GB')}.`,
    `Raise it before, where the machine allows: ulimit -n ${wanted * 2 + otherFiles}`,
  ];
}
