import { setTimeout as pause } from 'node:timers/promises';
import type { Heard } from '../../network.ts';

export interface Inbox {
  /** In the order of the calls, whenever each is known. */
  add(message: Promise<Heard>): void;
  /** The one that is being heard is heard, the others are not. Repeatable. */
  close(): Promise<void>;
}

/** More than this is a flood that nobody reads. */
const mostWaiting = 50_000;

/** Messages one after the other. IRC says nothing twice, so we keep what could not be written down. */
export function inbox(
  hear: (message: Heard) => Promise<void>,
  note: (words: string) => void,
): Inbox {
  const closing = new AbortController();
  let last = Promise.resolve();
  let waiting = 0;

  async function deliver(message: Promise<Heard>): Promise<void> {
    const known = await message;
    for (let pauseMs = 100; !closing.signal.aborted; pauseMs = Math.min(5_000, pauseMs * 2)) {
      const trouble = await hear(known).then(
        () => null,
        (error: unknown) => String(error),
      );
      if (trouble === null) return;
      if (pauseMs === 100) note(`A message could not be written down and is kept: ${trouble}`);
      await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  return {
    add(message) {
      if (waiting >= mostWaiting)
        return note('A message was dropped: too many wait to be written down.');
      waiting += 1;
      last = last.then(() => deliver(message)).finally(() => (waiting -= 1));
    },
    async close() {
      closing.abort();
      await last;
    },
  };
}
