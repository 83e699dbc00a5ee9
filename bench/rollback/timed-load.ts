import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface TimedLoad {
  answered(): number;
  failures(): readonly string[];
  /** When the last request came to an instance of the release, in nanoseconds of the machine's steady clock. */
  lastOf(release: string): bigint;
  /** Resolves when somebody was answered by the release. */
  met(release: string): Promise<void>;
  /** Resolves when so many more were answered. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Visitors without cookies, each on a connection that stays open, one request after the other until stopped. */
export function timedLoad(port: number, host: string, visitors: number): TimedLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: visitors });
  const last = new Map<string, bigint>();
  const failures: string[] = [];
  let answered = 0;
  let isOver = false;

  const visit = (): Promise<void> =>
    new Promise((resolve) => {
      const asked = request({ port, host: '127.0.0.1', agent, headers: { host } }, (answer) => {
        answer.resume();
        answer.once('error', (error) => failures.push(error.message));
        answer.once('close', resolve);
        answer.once('end', () => note(answer.statusCode ?? 0, answer.headers));
      });
      asked.once('error', (error) => {
        failures.push(error.message);
        resolve();
      });
      asked.end();
    });

  function note(status: number, headers: NodeJS.Dict<string | string[]>): void {
    if (status !== 200) return void failures.push(String(status));
    answered += 1;
    const release = String(headers['x-release']);
    const came = BigInt(String(headers['x-came']));
    if (came > (last.get(release) ?? 0n)) last.set(release, came);
  }

  async function visitor(): Promise<void> {
    // A little room for what is measured: the machine is shared with it.
    while (!isOver) {
      await visit();
      await pause(2);
    }
  }
  const all = Promise.all(Array.from({ length: visitors }, visitor));

  return {
    answered: () => answered,
    failures: () => failures,
    lastOf: (release) => last.get(release) ?? 0n,
    async met(release) {
      while (!last.has(release)) await pause(5);
    },
    async more(count) {
      const goal = answered + count;
      while (answered < goal) await pause(5);
    },
    async stop() {
      isOver = true;
      await all;
      agent.destroy();
    },
  };
}
