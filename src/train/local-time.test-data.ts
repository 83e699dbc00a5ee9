/** Zones whose clocks are set in different ways, and weeks around it; Kolkata's are not. */
export const clockWeeks: readonly { timezone: string; from: string }[] = [
  { timezone: 'Europe/Berlin', from: '2026-03-27T00:00Z' },
  { timezone: 'Europe/Berlin', from: '2026-10-23T00:00Z' },
  { timezone: 'America/New_York', from: '2026-03-06T00:00Z' },
  { timezone: 'America/New_York', from: '2026-10-30T00:00Z' },
  // By half an hour.
  { timezone: 'Australia/Lord_Howe', from: '2026-10-02T00:00Z' },
  { timezone: 'Australia/Lord_Howe', from: '2026-04-03T00:00Z' },
  // At midnight.
  { timezone: 'Africa/Cairo', from: '2026-04-22T00:00Z' },
  { timezone: 'Africa/Cairo', from: '2026-10-28T00:00Z' },
  { timezone: 'Asia/Kolkata', from: '2026-03-27T00:00Z' },
];

const minuteMs = 60_000;

/** A minute as clocks show it, by Temporal, which the program itself does without. */
export interface Minute {
  at: number;
  /** Since 1970, as clocks show it. */
  shown: number;
  /** 1 is Monday. */
  weekday: number;
  /** Of the day. */
  minute: number;
}

/** Each minute of so many days. */
export function minutesOf(timezone: string, from: string, days: number): Minute[] {
  const begin = Date.parse(from);
  return Array.from({ length: days * 1440 }, (_, index) => {
    const at = begin + index * minuteMs;
    const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
    const shown = there.toPlainDateTime().toZonedDateTime('UTC').epochMilliseconds / minuteMs;
    return { at, shown, weekday: there.dayOfWeek, minute: there.hour * 60 + there.minute };
  });
}
