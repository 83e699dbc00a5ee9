import { SignalboxError } from '../../src/kernel/signalbox-error.ts';

/** For assert.rejects: a refusal with this code, which says what to do next. */
export const isRefusal =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof SignalboxError && error.code === code && error.fix.length > 0;
