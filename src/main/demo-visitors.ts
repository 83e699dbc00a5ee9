import { Agent, request } from 'node:http';

export interface DemoVisitors {
  /** What they met since this was last called. */
  met(): { pages: number; errors: number };
  stop(): void;
}

/** People who come to a shop all the time: so many a second, each for the first time. */
export function demoVisitors(url: string, host: string, perSecond: number): DemoVisitors {
  const { port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const headers = { host: `${host}:${port}` };
  let met = { pages: 0, errors: 0 };
  const timer = setInterval(() => {
    const asked = request({ host: '127.0.0.1', port, headers, agent }, (reply) => {
      if (reply.statusCode === 200) met.pages += 1;
      else met.errors += 1;
      reply.resume();
    });
    asked.on('error', () => void (met.errors += 1));
    asked.end();
  }, 1000 / perSecond);
  return {
    met() {
      const now = met;
      met = { pages: 0, errors: 0 };
      return now;
    },
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
