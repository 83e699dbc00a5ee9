import { setTimeout as pause } from 'node:timers/promises';
import { askHaproxy, masterSocket, workerSocket } from './runtime-api.ts';

const againMs = 20;
const longestMs = 5_000;

/**
 * Nothing of these servers is open when it resolves, in this process of HAProxy (null: the current one); how many
 * requests and WebSockets were closed for it. A request that is closed before its answer began is first tried
 * again by HAProxy, so it is closed until it is gone.
 */
export async function cutSessions(
  worker: number | null,
  servers: ReadonlySet<number>,
): Promise<number> {
  const ask = (command: string): Promise<string> =>
    worker === null
      ? askHaproxy(workerSocket, command)
      : askHaproxy(masterSocket, `@!${worker} ${command}`).catch(() => '');
  const deadline = Date.now() + longestMs;
  const seen = new Set<string>();
  for (;;) {
    const open = sessionsIn(await ask('show sess')).filter(
      ({ name, server }) => servers.has(server ?? 0) || seen.has(name),
    );
    if (open.length === 0 || Date.now() > deadline) return seen.size;
    for (const { pointer, name } of open) {
      seen.add(name);
      await ask(`shutdown session ${pointer}`);
    }
    await pause(againMs);
  }
}

interface Session {
  pointer: string;
  /** A pointer is given to others later, together with the client's address it is not. */
  name: string;
  server: number | null;
}

function sessionsIn(text: string): Session[] {
  const lines = text.matchAll(/^(0x[0-9a-f]+): proto=\S+ src=(\S+) fe=\S+ be=\S+ srv=(\S+)/gm);
  return [...lines].map(([, pointer = '', client = '', server = '']) => ({
    pointer,
    name: `${pointer} ${client}`,
    server: /^s\d+$/.test(server) ? Number(server.slice(1)) : null,
  }));
}
