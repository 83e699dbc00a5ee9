import type { Asked } from '../../src/gateway/gateway.contract.ts';
import type { PauseLimits, Place, RouteChange } from '../../src/gateway/route.ts';

interface Paused {
  limits: PauseLimits;
  bytes: number;
  waiting: Set<(how: 'released' | 'expired') => void>;
  timer: NodeJS.Timeout;
}

/** About what a head takes. */
const headBytes = 100;

/** Requests that wait until a release, a limit, or a bound. */
export function inMemoryPauses() {
  const paused = new Map<string, Paused>();

  function end(place: string, how: 'released' | 'expired'): void {
    const pause = paused.get(place);
    if (pause === undefined) return;
    paused.delete(place);
    clearTimeout(pause.timer);
    for (const resume of pause.waiting) resume(how);
  }

  return {
    waitingAt: (place: string): number => paused.get(place)?.waiting.size ?? 0,

    /** True when it may go on, false when it is to be answered with 503. */
    async pass(place: string, { body = '' }: Asked): Promise<boolean> {
      const pause = paused.get(place);
      if (pause === undefined) return true;
      const bytes = headBytes + body.length;
      const isFull = pause.waiting.size >= pause.limits.requests;
      if (isFull || pause.bytes + bytes > pause.limits.bytes) return false;
      pause.bytes += bytes;
      return new Promise((resolve) => {
        pause.waiting.add((how) => resolve(how === 'released'));
      });
    },

    apply(changes: readonly RouteChange[], key: (place: Place) => string): void {
      for (const change of changes) {
        if ('release' in change) end(key(change.release), 'released');
        if (!('pause' in change)) continue;
        const place = key(change.pause);
        const { limitMs } = change.pause;
        const before = paused.get(place);
        clearTimeout(before?.timer);
        const timer = setTimeout(() => end(place, 'expired'), limitMs);
        const rest = { bytes: before?.bytes ?? 0, waiting: before?.waiting ?? new Set() };
        paused.set(place, { ...rest, limits: change.pause, timer });
      }
    },
  };
}
