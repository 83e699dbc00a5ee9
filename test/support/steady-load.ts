import { Agent, request } from 'node:http';

export interface SteadyLoad {
  /** Answers until now, by `STATUS RELEASE`, or what went wrong. */
  seen(): Record<string, number>;
  total(): number;
  /** Resolves when all that was begun has ended. */
  stop(): Promise<void>;
}

/**
 * So many visitors a second, each new and without a cookie, whatever the answers take. What is not answered by an
 * instance's `x-release` header counts without one.
 */
export function steadyLoad(port: number, host: string, perSecond: number): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const seen = new Map<string, number>();
  const open = new Set<Promise<void>>();
  const everyMs = 20;
  let owed = 0;

  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const visit = (): Promise<void> =>
    new Promise((resolve) => {
      const headers = { host };
      const asked = request(
        { port, host: '127.0.0.1', agent, headers, timeout: 20_000 },
        (answer) => {
          answer.resume().once('end', () => {
            note(`${answer.statusCode} ${String(answer.headers['x-release'] ?? '')}`.trim());
            resolve();
          });
          answer.once('error', (error) => {
            note(error.message);
            resolve();
          });
        },
      );
      asked.once('timeout', () => asked.destroy(new Error('timed out')));
      asked.once('error', (error) => {
        note(error.message);
        resolve();
      });
      asked.end();
    });

  const timer = setInterval(() => {
    owed += (perSecond * everyMs) / 1000;
    for (; owed >= 1; owed -= 1) {
      const one = visit().finally(() => open.delete(one));
      open.add(one);
    }
  }, everyMs);

  return {
    seen: () => Object.fromEntries(seen),
    total: () => [...seen.values()].reduce((sum, one) => sum + one, 0),
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
}
