import { Cron } from 'croner';
import { clockChanges, shownByClocks } from './local-time.ts';
import type { TrainSettings } from './train.ts';

type Timetable = Pick<TrainSettings, 'departs' | 'timezone'>;

/**
 * The newest departure that is not after `now`; null: there is no timetable, green commits leave at once.
 *
 * A rhythm counts from local midnight and starts anew each day; one of more than a day counts from a Monday. A train
 * leaves whenever the clocks of the time zone show a time of the rhythm: where they are set back and show it again,
 * another one leaves; where they are set past it, it leaves at that moment. So `every hour` leaves 23 times on the short
 * day and 25 times on the long one, and `every 6h` is 00:00, 06:00, 12:00, 18:00 on both. A cron expression does as
 * croner has it: a fixed time that is shown twice leaves once, one that is never shown leaves when clocks are set.
 */
export function lastDeparture({ departs, timezone }: Timetable, now: Date): Date | null {
  if (departs === null) return null;
  if (departs.kind === 'every') return new Date(last({ ...departs, timezone }, now.getTime()));
  const [found] = cron(departs.schedule, timezone).previousRuns(1, new Date(now.getTime() + 1));
  return found ?? null;
}

/** The first departures after this instant, in order; none: there is no timetable, or no such day comes any more. */
export function nextDepartures(
  { departs, timezone }: Timetable,
  after: Date,
  count: number,
): Date[] {
  if (departs === null) return [];
  if (departs.kind === 'schedule') return cron(departs.schedule, timezone).nextRuns(count, after);
  const found: Date[] = [];
  for (let at = after.getTime(); found.length < count; found.push(new Date(at)))
    at = next({ ...departs, timezone }, at);
  return found;
}

const cron = (schedule: string, timezone: string): Cron =>
  new Cron(schedule.trim(), { timezone, paused: true, mode: '5-part' });

interface Rhythm {
  everyMs: number;
  timezone: string;
}

function next(rhythm: Rhythm, after: number): number {
  const { everyMs, timezone } = rhythm;
  const shown = shownByClocks(timezone, after);
  const wanted = after + timeAfter(everyMs, shown) - shown;
  const [change] = clockChanges(timezone, { after, until: wanted });
  if (change === undefined) return wanted;
  return leavesAtChange(rhythm, change) ? change : next(rhythm, change);
}

function last(rhythm: Rhythm, until: number): number {
  const { everyMs, timezone } = rhythm;
  const shown = shownByClocks(timezone, until);
  const wanted = until + timeUntil(everyMs, shown) - shown;
  const change = clockChanges(timezone, { after: wanted, until }).at(-1);
  if (change === undefined) return wanted;
  return leavesAtChange(rhythm, change) ? change : last(rhythm, change - 1);
}

/** Whether clocks that are set at this instant show a time of the rhythm then, or pass over one. */
function leavesAtChange({ everyMs, timezone }: Rhythm, change: number): boolean {
  const unlessSet = shownByClocks(timezone, change - 1) + 1;
  const shown = shownByClocks(timezone, change);
  return timeUntil(everyMs, shown) >= Math.min(unlessSet, shown);
}

const dayMs = 86_400_000;

/** The newest time of a rhythm that is not after this one, both as clocks show them. */
function timeUntil(everyMs: number, shown: number): number {
  return shown - ((everyMs > dayMs ? sinceAMonday(shown) : sinceMidnight(shown)) % everyMs);
}

function timeAfter(everyMs: number, shown: number): number {
  const time = timeUntil(everyMs, shown) + everyMs;
  if (everyMs > dayMs) return time;
  return Math.min(time, shown - sinceMidnight(shown) + dayMs);
}

const sinceMidnight = (shown: number): number => ((shown % dayMs) + dayMs) % dayMs;

/** 5 January 1970 was one. */
const sinceAMonday = (shown: number): number => shown - 4 * dayMs;
