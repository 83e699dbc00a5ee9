import { setTimeout as reallyPause } from 'node:timers/promises';
import { systemClock } from '../../../kernel/clock.ts';
import type { GithubSettings } from './github-settings.ts';
import { unreachable } from './refusals.ts';
import { triedInVain } from './tried-in-vain.ts';

/**
 * Does the whole piece of work again after failures that pass, with the pauses the service asks for or growing ones.
 * The work must look before it writes: an answer may be lost after its effect. While the service has told us to wait
 * nothing is asked at all. Refuses with `host/unreachable` when the next pause would be longer than the patience left.
 */
export function insist({
  clock = systemClock,
  pause = reallyPause,
  patienceMs = 60_000,
}: Pick<GithubSettings, 'clock' | 'pause' | 'patienceMs'>): <T>(
  work: () => Promise<T>,
) => Promise<T> {
  let notBefore = 0;
  let reason = '';

  return async (work) => {
    const started = clock.now().getTime();
    let paused = 0;
    const waitOrRefuse = async (ms: number) => {
      const spent = Math.max(paused, clock.now().getTime() - started);
      if (spent + ms > patienceMs) throw unreachable(reason);
      paused += ms;
      await pause(ms);
    };

    for (let failures = 0; ; failures += 1) {
      const wished = notBefore - clock.now().getTime();
      if (wished > 0) await waitOrRefuse(wished);
      notBefore = 0;
      try {
        return await work();
      } catch (error) {
        const trouble = triedInVain(error, clock.now());
        if (trouble === null) throw error;
        reason = trouble.why;
        if (trouble.waitMs === null) await waitOrRefuse(Math.min(1000 * 2 ** failures, 20_000));
        else notBefore = clock.now().getTime() + trouble.waitMs;
      }
    }
  };
}
