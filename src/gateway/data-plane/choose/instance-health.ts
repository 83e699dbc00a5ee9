import type { HealthCheck } from '../../route.ts';
import { askHealth } from './ask-health.ts';
import type { Endpoint } from './chooser.ts';

/** What is known of an instance by asking it. */
export interface HealthWatch {
  readonly check: HealthCheck;
  /** Two checks in a row have failed, and since then no two in a row were good. */
  isOut: boolean;
  stop(): void;
}

const inARow = 2;

/**
 * Asks again and again, for the first time soon. It begins as in: whoever puts an instance into a route has seen
 * it healthy. Each worker asks for itself, and never at the same time as the others: the pauses vary by a fifth.
 */
export function watchHealth(endpoint: Endpoint, check: HealthCheck, host: string): HealthWatch {
  let contrary = 0;
  let isStopped = false;
  const watch: HealthWatch = {
    check,
    isOut: false,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
  let timer = later(Math.random() * check.everyMs);

  function later(ms: number): NodeJS.Timeout {
    return setTimeout(ask, ms).unref();
  }

  function ask(): void {
    askHealth(endpoint, check, host, (isGood) => {
      if (isStopped) return;
      contrary = isGood === watch.isOut ? contrary + 1 : 0;
      if (contrary === inARow) {
        watch.isOut = !isGood;
        contrary = 0;
      }
      timer = later(check.everyMs * (0.9 + Math.random() * 0.2));
    });
  }

  return watch;
}
