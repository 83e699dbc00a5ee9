const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** Monday, 5 January 1970, 00:00, as clocks show it. */
const aMonday = 4 * dayMs;

/**
 * What the clocks of a time zone show at an instant: milliseconds since 1970 that would be UTC if the zone were.
 * Both are milliseconds, because the walks over them only add and compare.
 */
export function shownByClocks(timezone: string, at: number): number {
  return at + offsetMs(timezone, at);
}

/**
 * The instants after `after`, until `until` itself, at which the clocks of a time zone are set, in order. Two in one
 * week that undo each other would not be found.
 */
export function clockChanges(
  timezone: string,
  { after, until }: { after: number; until: number },
): number[] {
  const changes: number[] = [];
  for (let from = after; from < until; from += weekMs) {
    const to = Math.min(from + weekMs, until);
    if (offsetMs(timezone, from) !== offsetMs(timezone, to))
      changes.push(changeBetween(timezone, from, to));
  }
  return changes;
}

/** The first instant at which the clocks of a time zone show this, or are set past it. */
export function whenClocksShow(timezone: string, shown: number): number {
  // A day before, whatever the zone, they have not shown it yet.
  const before = shown - dayMs;
  const at = shown - offsetMs(timezone, before);
  const [change] = clockChanges(timezone, { after: before, until: at });
  return change === undefined ? at : Math.max(change, shown - offsetMs(timezone, change));
}

/** Since Monday, 00:00, as clocks show it. */
export function inWeekMs(shown: number): number {
  return (((shown - aMonday) % weekMs) + weekMs) % weekMs;
}

/** For people: `Thu 2026-12-24 18:00 Europe/Berlin`. Seconds are left out. */
export function shownInstant(at: Date, timezone: string): string {
  const shown = shownByClocks(timezone, at.getTime());
  const day = weekdays[Math.floor(inWeekMs(shown) / dayMs)];
  const [date, time] = new Date(shown).toISOString().slice(0, 16).split('T');
  return `${day} ${date} ${time} ${timezone}`;
}

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The first instant after `from`, until `to`, with the offset that `to` has; they are a week apart at most. */
function changeBetween(timezone: string, from: number, to: number): number {
  const offset = offsetMs(timezone, to);
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(timezone, middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Of a zone's clocks from UTC. Source: the time zone database Node.js brings. */
function offsetMs(timezone: string, at: number): number {
  const format = formats.get(timezone) ?? offsetFormat(timezone);
  const [, sign, hours, minutes, seconds] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(at)) ?? [];
  const ms = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
  return sign === '-' ? -ms : ms;
}

/** Kept, because making one takes far longer than asking it. */
function offsetFormat(timezone: string): Intl.DateTimeFormat {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, format);
  return format;
}
