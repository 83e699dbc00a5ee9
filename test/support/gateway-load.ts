import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

export interface GatewayLoad {
  /** Requests that were answered as they should until now. */
  answered(): number;
  /** What went otherwise, by kind: `refused`, `cut off`, or what came instead. */
  failures(): Record<string, number>;
  /** Resolves when so many more were answered. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Visitors who come on a new connection each time, several at once, until stopped. */
export function gatewayLoad(port: number, host: string, visitors = 4): GatewayLoad {
  const failures = new Map<string, number>();
  let answered = 0;
  let stopped = false;

  async function visitor(): Promise<void> {
    while (!stopped) {
      const how = await visit(port, host);
      if (how === 'answered') answered += 1;
      else failures.set(how, (failures.get(how) ?? 0) + 1);
    }
  }
  const all = Promise.all(Array.from({ length: visitors }, visitor));

  return {
    answered: () => answered,
    failures: () => Object.fromEntries(failures),
    async more(count) {
      const goal = answered + count;
      while (answered < goal) await turn();
    },
    async stop() {
      stopped = true;
      await all;
    },
  };
}

function visit(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
    socket.once('connect', () => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.once('error', ({ message }) => resolve(/REFUSED/.test(message) ? 'refused' : 'cut off'));
    socket.once('close', () => {
      const isWhole = text.startsWith('HTTP/1.1 200 ') && text.endsWith('hello');
      resolve(isWhole ? 'answered' : text.split('\r\n')[0] || 'cut off');
    });
  });
}
