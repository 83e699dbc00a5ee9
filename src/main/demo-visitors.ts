import { Agent, request } from 'node:http';

export interface DemoVisitors {
  /** So many a second from now on, in the place of those before; 0: nobody. */
  come(perSecond: number): void;
  /** What they met since this was last called. */
  met(): { pages: number; errors: number };
}

/** People who come to a shop all the time, each for the first time. At first nobody comes. */
export function demoVisitors(url: string, host: string): DemoVisitors {
  const { port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const headers = { host: `${host}:${port}` };
  let met = { pages: 0, errors: 0 };
  let timer: NodeJS.Timeout | undefined;
  const visit = (): void => {
    const asked = request({ host: '127.0.0.1', port, headers, agent }, (reply) => {
      if (reply.statusCode === 200) met.pages += 1;
      else met.errors += 1;
      reply.resume();
    });
    asked.on('error', () => void (met.errors += 1));
    asked.end();
  };
  return {
    come(perSecond) {
      clearInterval(timer);
      if (perSecond > 0) timer = setInterval(visit, 1000 / perSecond);
      else agent.destroy();
    },
    met() {
      const now = met;
      met = { pages: 0, errors: 0 };
      return now;
    },
  };
}
