import { useMemo } from 'preact/hooks';

/** An id for what is said about one thing: however often it is sent, it counts once. */
export const useMessage = (about: string): string =>
  useMemo(() => `dashboard-${Date.now()}-${Math.random().toString(36).slice(2)}`, [about]);
