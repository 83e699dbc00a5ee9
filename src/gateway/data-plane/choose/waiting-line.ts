import type { ServedRoute, Waiting } from './chooser.ts';

export type Ending = 'released' | 'expired';

/** Requests in the order in which they came. */
export interface WaitingLine {
  readonly length: number;
  /** Of all who wait. */
  readonly bytes: number;
  /** `hasRoom` is asked after each piece. */
  join(bytes: number, resume: (how: Ending) => void, hasRoom: () => boolean): Waiting;
  /** All go on in their order, the first of them in the next turn of the event loop. */
  letGo(how: Ending): void;
}

/** So many go on per turn of the event loop, so that the first are served while the others still wait. */
const perTurn = 32;

interface Waiter {
  bytes: number;
  resume(how: Ending): void;
}

export function waitingLine(activity: ServedRoute['activity']): WaitingLine {
  const waiters = new Set<Waiter>();
  let all = 0;

  function grow(waiter: Waiter, bytes: number): void {
    waiter.bytes += bytes;
    all += bytes;
  }

  function leave(waiter: Waiter): void {
    if (!waiters.delete(waiter)) return;
    all -= waiter.bytes;
    activity.waiting--;
  }

  function letGo(how: Ending): void {
    setImmediate(() => {
      let left = perTurn;
      for (const waiter of waiters) {
        if (left-- === 0) return letGo(how);
        leave(waiter);
        waiter.resume(how);
      }
    });
  }

  return {
    letGo,
    get length() {
      return waiters.size;
    },
    get bytes() {
      return all;
    },

    join(bytes, resume, hasRoom) {
      const waiter: Waiter = { bytes: 0, resume };
      waiters.add(waiter);
      grow(waiter, bytes);
      activity.waiting++;
      return {
        more(bytes) {
          if (waiters.has(waiter)) grow(waiter, bytes);
          return hasRoom();
        },
        leave: () => leave(waiter),
      };
    },
  };
}
