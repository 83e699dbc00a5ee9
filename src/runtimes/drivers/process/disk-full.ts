import { SignalboxError } from '../../../kernel/signalbox-error.ts';

export const diskFull = (why: string): SignalboxError =>
  new SignalboxError({
    code: 'runtime/disk-full',
    what: 'The runtime could not go on: its disk is full.',
    why,
    fix: [
      'df -h',
      'signalbox doctor shows what takes how much',
      'Free some space; work that waits goes on then.',
    ],
  });

/** The same methods, but a full disk is said in words that help. */
export function withClearTroubles<T extends object>(methods: T): T {
  const cleared = Object.entries(methods).map(([name, method]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (method as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(message);
        throw error;
      }
    },
  ]);
  return Object.fromEntries(cleared) as T;
}
