import { type ChildProcess, spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.ts';
import { log } from './log.ts';

/** A gateway process that takes the place of the one that died. */
export interface Successor {
  /** One is on its way when it returns, unless the last ones failed just now. Repeatable. */
  ensure(): void;
}

const longestPauseMs = 30_000;

export function successor(start: () => { argv: string[]; descriptors: number[] }): Successor {
  let child: ChildProcess | null = null;
  let failures = 0;
  let notBefore = 0;
  return {
    ensure() {
      if (child !== null || Date.now() < notBefore) return;
      const { argv, descriptors } = start();
      log('starting a successor of the gateway process that died');
      child = spawn(process.execPath, argv, {
        detached: true,
        stdio: ['ignore', 2, 2, 'ignore', ...descriptors],
        env: childEnvironment(),
      });
      const ended = (): void => {
        child = null;
        failures += 1;
        notBefore = Date.now() + Math.min(500 * 2 ** failures, longestPauseMs);
      };
      child.once('error', (error) => {
        log('the successor did not start', error);
        ended();
      });
      child.once('exit', ended);
      child.unref();
    },
  };
}
