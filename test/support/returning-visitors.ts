import { request } from 'node:http';

export interface ReturningVisitors {
  /** Those who met a release again after they had met a newer one: `newer → older`. */
  thrownBack(): string[];
  /** What they met instead of a release, as of a connection that was reset. */
  unanswered(): string[];
  /** How many have a cookie. */
  known(): number;
  stop(): Promise<void>;
}

/** People with a cookie jar, who come again and again and notice which release they meet (`x-release`). */
export function returningVisitors(
  of: { port: number; host: string; count: number },
  /** Oldest first. */
  releases: readonly string[],
): ReturningVisitors {
  const thrownBack: string[] = [];
  const unanswered: string[] = [];
  const jars = Array.from({ length: of.count }, () => new Map<string, string>());
  let stopped = false;

  async function visitor(jar: Map<string, string>): Promise<void> {
    let newest = -1;
    while (!stopped) {
      const who = await visit(of, jar);
      const met = releases.indexOf(who);
      if (met < 0) unanswered.push(who);
      else if (met < newest) thrownBack.push(`${releases[newest]} → ${who}`);
      newest = Math.max(newest, met);
    }
  }
  const all = Promise.all(jars.map(visitor));
  return {
    thrownBack: () => thrownBack,
    unanswered: () => unanswered,
    known: () => jars.filter(({ size }) => size > 0).length,
    async stop() {
      stopped = true;
      await all;
    },
  };
}

function visit(
  { port, host }: { port: number; host: string },
  jar: Map<string, string>,
): Promise<string> {
  return new Promise((resolve) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { host, ...(cookie === '' ? {} : { cookie }) };
    const asked = request({ port, host: '127.0.0.1', headers, agent: false }, (answer) => {
      for (const given of answer.headers['set-cookie'] ?? []) {
        const [name = '', ...value] = given.split(';')[0]?.split('=') ?? [];
        jar.set(name, value.join('='));
      }
      const { statusCode, headers: given } = answer;
      answer.resume().once('end', () => resolve(String(given['x-release'] ?? statusCode)));
      answer.once('error', ({ message }) => resolve(`${statusCode}, then ${message}`));
    });
    asked.once('error', ({ message }) => resolve(message));
    asked.end();
  });
}
