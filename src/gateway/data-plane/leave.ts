import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { controlSocket } from './control-contract.ts';
import { releaseLock } from './gateway-lock.ts';
import { log } from './log.ts';

/** How long a gateway that was told to end waits for what is open. */
const farewellMs = 30_000;

/**
 * Nothing new comes in when it returns, and another gateway may take this one's place. The process ends when
 * what is open has ended, or at a limit.
 */
export function leave({ proxy, control }: { proxy: Server; control: Server }): void {
  log('retiring');
  proxy.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  const ended = Promise.all([closed(proxy), closed(control)]);
  rmSync(controlSocket, { force: true });
  releaseLock('.');
  // A connection that was busy when we closed becomes idle later, and would hold us for nothing.
  setInterval(() => {
    proxy.closeIdleConnections();
    control.closeIdleConnections();
  }, 50);
  void Promise.race([ended, pause(farewellMs)]).then(() => {
    log('ended');
    process.exit(0);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
