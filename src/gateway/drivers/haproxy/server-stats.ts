import { askHaproxy, masterSocket, workerSocket } from './runtime-api.ts';
import { workersOf } from './running-haproxy.ts';

/** One server in one backend of one of HAProxy's processes. */
export interface ServerStats {
  /** Where the process is asked: null is the current one. */
  worker: number | null;
  backend: string;
  id: number;
  open: number;
  /** Both ways, since its process began. */
  bytes: number;
  isDown: boolean;
}

/** Of the current process, and of former ones that still have something open. */
export async function serverStats(): Promise<ServerStats[]> {
  const { old } = await workersOf().catch(() => ({ old: [] }));
  const former = old.map(async (pid) =>
    read(pid, await askHaproxy(masterSocket, `@!${pid} show stat -1 4 -1`).catch(() => '')),
  );
  const now = read(null, await askHaproxy(workerSocket, 'show stat -1 4 -1'));
  return [...now, ...(await Promise.all(former)).flat()];
}

/** Requests that wait for the end of a pause, by the place's id. Former processes' are not seen. */
export async function waitingRequests(): Promise<Map<number, number>> {
  const text = await askHaproxy(workerSocket, 'show signalbox-waiting');
  return new Map(
    [...text.matchAll(/^(\d+) (\d+)$/gm)].map(([, place, count]) => [Number(place), Number(count)]),
  );
}

function read(worker: number | null, text: string): ServerStats[] {
  const [head = '', ...lines] = text.split('\n');
  const names = head.replace('# ', '').split(',');
  const at = Object.fromEntries(names.map((name, index) => [name, index]));
  return lines.flatMap((line) => {
    const fields = line.split(',');
    const field = (name: string) => fields[at[name] ?? -1] ?? '';
    const server = field('svname');
    if (!/^s\d+$/.test(server)) return [];
    return {
      worker,
      backend: field('pxname'),
      id: Number(server.slice(1)),
      open: Number(field('scur')),
      bytes: Number(field('bin')) + Number(field('bout')),
      isDown: field('status').startsWith('DOWN'),
    };
  });
}
