/** Whole days of UTC, the last of them not over yet. */
export interface Span {
  from: Date;
  to: Date;
  /** As 2026-11-24, oldest first. */
  days: string[];
}

export interface Tally {
  /** null: there is nothing to measure by. */
  value: number | null;
  /** How many it is made of. */
  cases: number;
  days: { day: string; value: number | null; cases: number }[];
}

type Reckon = (all: readonly number[]) => number | null;

const dayMs = 86_400_000;

export function spanOf(now: Date, days: number): Span {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  const begins = Array.from({ length: days }, (_, nth) => today - (days - 1 - nth) * dayMs);
  return {
    from: new Date(begins[0] ?? today),
    to: now,
    days: begins.map((at) => dayOf(new Date(at))),
  };
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** What happened in the span, in all and day by day. */
export function tallied(
  { from, to, days }: Span,
  all: readonly { at: Date; value: number }[],
  { of, ofDay }: { of: Reckon; ofDay: Reckon },
): Tally {
  const here = all.filter(({ at }) => at >= from && at <= to);
  const byDay = Map.groupBy(here, ({ at }) => dayOf(at));
  const valuesOf = (some: typeof here): number[] => some.map(({ value }) => value);
  return {
    value: of(valuesOf(here)),
    cases: here.length,
    days: days.map((day) => {
      const some = valuesOf(byDay.get(day) ?? []);
      return { day, value: ofDay(some), cases: some.length };
    }),
  };
}

/** null of none; of an even number the mean of the two in the middle. */
export function median(all: readonly number[]): number | null {
  const sorted = all.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

export const mean = (all: readonly number[]): number | null =>
  all.length === 0 ? null : all.reduce((sum, one) => sum + one, 0) / all.length;
