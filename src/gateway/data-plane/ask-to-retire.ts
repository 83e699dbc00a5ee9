import { request } from 'node:http';

const patienceMs = 5_000;

/** The gateway behind this socket listens no more when it resolves; also when there was none. */
export function askToRetire(socketPath: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/retire', method: 'POST', timeout: patienceMs });
    asked.once('timeout', () => asked.destroy());
    asked.on('error', () => {});
    asked.once('response', (answer) => answer.resume());
    asked.once('close', () => resolve());
    asked.end('{}');
  });
}
