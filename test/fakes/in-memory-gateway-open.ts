import { setTimeout as pause } from 'node:timers/promises';
import type { HeldRequest } from '../../src/gateway/gateway.contract.ts';
import type { DrainLimit } from '../../src/gateway/gateway.ts';

interface Open {
  instance: string;
  place: string;
  end(how: 'answered' | 'cut off'): void;
}

/** Requests that an instance has and has not answered. */
export function openRequests() {
  const open = new Set<Open>();
  const openOf = (instances: readonly string[]) =>
    [...open].filter(({ instance }) => instances.includes(instance));

  return {
    openAt: (place: string) => [...open].filter((held) => held.place === place).length,

    begin(about: { place: string; instance: string }): HeldRequest {
      const { promise: ended, resolve } = Promise.withResolvers<'answered' | 'cut off'>();
      const held: Open = {
        ...about,
        end(how) {
          open.delete(held);
          resolve(how);
        },
      };
      open.add(held);
      return { finish: () => held.end('answered'), ended };
    },

    async drain(
      instances: readonly string[],
      {
        limitMs,
        sessionIdleMs,
        atLimit,
        lastStickyMs,
      }: DrainLimit & { lastStickyMs: () => number },
    ): Promise<{ cutOff: number }> {
      const deadline = Date.now() + limitMs;
      const hasUsers = () =>
        sessionIdleMs !== undefined && Date.now() - lastStickyMs() < sessionIdleMs;
      while ((openOf(instances).length > 0 || hasUsers()) && Date.now() < deadline) await pause(2);
      const left = atLimit === 'leave' ? [] : openOf(instances);
      for (const held of left) held.end('cut off');
      return { cutOff: left.length };
    },
  };
}
