import { setTimeout as pause } from 'node:timers/promises';
import { AcmeSilence } from './acme/acme-problem.ts';

const longestMs = 90_000;
const longestPauseMs = 15_000;

/**
 * Looks until it is settled, with the pauses a CA asks for. Refuses with an AcmeSilence after a minute and a
 * half; what is going on then is still going on, and may be looked at again.
 */
export async function untilSettled<T extends { retryAfterMs: number | null }>(
  look: () => Promise<T>,
  isSettled: (seen: T) => boolean,
  lookAgainMs: number,
): Promise<T> {
  const end = performance.now() + longestMs;
  for (let pauseMs = lookAgainMs; ; pauseMs *= 1.5) {
    const seen = await look();
    if (isSettled(seen)) return seen;
    const wantedMs = Math.min(Math.max(pauseMs, seen.retryAfterMs ?? 0), longestPauseMs);
    if (performance.now() + wantedMs > end) {
      throw new AcmeSilence('The CA had not made up its mind after a minute and a half.');
    }
    await pause(wantedMs);
  }
}
