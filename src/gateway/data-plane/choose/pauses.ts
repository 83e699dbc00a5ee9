import type { Pause, ServedRoute } from './chooser.ts';
import { type Ending, waitingLine } from './waiting-line.ts';

export interface PauseBounds {
  requests: number;
  /** Of the heads and bodies that wait. */
  bytes: number;
  /** When those that still wait are let go as expired and the pause is over, in ms since 1970. */
  untilMs: number;
}

/** The requests that wait at one place. */
export interface PauseQueue extends Pause {
  /** From now on for all that wait and come. */
  bound(bounds: PauseBounds): void;
  /** Who waits goes on, in order of arrival; nobody may enter any more. Repeatable. */
  release(): void;
  isOver(): boolean;
}

const longestTimerMs = 2 ** 31 - 1;

export function pauseQueue(
  { activity }: ServedRoute,
  first: PauseBounds,
  now: () => number,
): PauseQueue {
  const line = waitingLine(activity);
  let bounds = first;
  let hasEnded = false;
  let timer = alarm();

  function alarm(): NodeJS.Timeout {
    const ms = Math.min(Math.max(bounds.untilMs - now(), 0), longestTimerMs);
    return setTimeout(() => {
      if (now() >= bounds.untilMs) end('expired');
      else timer = alarm();
    }, ms).unref();
  }

  function end(how: Ending): void {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(timer);
    line.letGo(how);
  }

  return {
    isOver: () => hasEnded || now() >= bounds.untilMs,
    release: () => end('released'),

    bound(next) {
      bounds = next;
      clearTimeout(timer);
      if (!hasEnded) timer = alarm();
    },

    enter(bytes, resume) {
      if (hasEnded || line.length >= bounds.requests) return false;
      if (line.bytes + bytes > bounds.bytes) return false;
      return line.join(bytes, resume, () => line.bytes <= bounds.bytes);
    },
  };
}
