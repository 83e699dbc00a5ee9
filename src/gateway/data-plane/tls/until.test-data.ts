import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when it holds; rejects when that seems not to come, so that a broken test ends. */
export async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 4_000; round += 1) {
    if (holds()) return;
    await pause(5);
  }
  throw new Error(`It did not come about: ${String(holds)}`);
}
