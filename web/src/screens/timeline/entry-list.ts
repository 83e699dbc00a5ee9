import type { Answer } from '../../data/call.ts';

export type Listed = Answer<'listTimeline'>;
export type Entry = Listed['entries'][number];

/** The newest page put over what is known already. `fresh`: how many are new. Too much between them: it begins anew. */
export function withNewest(known: Listed, page: Listed): Listed & { fresh: number } {
  const ids = new Set(page.entries.map(({ id }) => id));
  const rest = known.entries.filter(({ id }) => !ids.has(id));
  const common = known.entries.length - rest.length;
  if (common === 0) return { ...page, fresh: 0 };
  return {
    entries: [...page.entries, ...rest],
    next: known.next,
    fresh: page.entries.length - common,
  };
}

export interface Day {
  /** When something happened on it. */
  at: string;
  entries: Entry[];
}

/** By the days of this machine, in the order they come in. */
export function byDay(entries: readonly Entry[]): Day[] {
  const days = Map.groupBy(entries, ({ at }) => new Date(at).toDateString());
  return [...days.values()].map((some) => ({ at: some[0]!.at, entries: some }));
}
