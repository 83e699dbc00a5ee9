import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvery } from '../kernel/duration.ts';
import { clockWeeks, minutesOf, type Minute } from './local-time.test-data.ts';
import { lastDeparture, nextDepartures } from './timetable.ts';

type Timetable = Parameters<typeof lastDeparture>[0];

const every = (rhythm: string, timezone = 'UTC'): Timetable => ({
  departs: { kind: 'every', everyMs: parseEvery(rhythm) ?? 0 },
  timezone,
});
const cron = (schedule: string, timezone = 'UTC'): Timetable => ({
  departs: { kind: 'schedule', schedule },
  timezone,
});

/** What clocks show at the next departures: `29T03:00`. */
function shown(timetable: Timetable, after: string, count: number): string[] {
  return nextDepartures(timetable, new Date(after), count).map((at) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime())
      .toZonedDateTimeISO(timetable.timezone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' })
      .slice(8),
  );
}

test('without a timetable there is no departure', () => {
  const none: Timetable = { departs: null, timezone: 'UTC' };
  assert.equal(lastDeparture(none, new Date()), null);
  assert.deepEqual(nextDepartures(none, new Date(), 3), []);
});

test('a departure is the last one from its own millisecond on, and the next one until then', () => {
  for (const hourly of [every('hour'), cron('0 * * * *')]) {
    const at = new Date('2026-11-21T10:00:00.000Z');
    const before = new Date(at.getTime() - 1);
    assert.deepEqual(lastDeparture(hourly, at), at);
    assert.deepEqual(lastDeparture(hourly, before), new Date('2026-11-21T09:00:00.000Z'));
    assert.deepEqual(nextDepartures(hourly, before, 1), [at]);
    assert.deepEqual(nextDepartures(hourly, at, 1), [new Date('2026-11-21T11:00:00.000Z')]);
  }
});

test('a rhythm that does not fit into the day starts anew at midnight', () => {
  assert.deepEqual(shown(every('7h'), '2026-11-21T13:00Z', 5), [
    '21T14:00',
    '21T21:00',
    '22T00:00',
    '22T07:00',
    '22T14:00',
  ]);
});

test('a week begins on Monday, local time', () => {
  assert.deepEqual(shown(every('week', 'Asia/Kolkata'), '2026-11-21T13:00Z', 2), [
    '23T00:00',
    '30T00:00',
  ]);
});

test('every hour leaves 23 times on the short day and 25 times on the long one', () => {
  const hourly = every('hour', 'Europe/Berlin');
  const spring = shown(hourly, '2026-03-28T22:59Z', 24);
  assert.deepEqual(spring.slice(0, 4), ['29T00:00', '29T01:00', '29T03:00', '29T04:00']);
  assert.equal(spring.at(-1), '30T00:00');
  const autumn = shown(hourly, '2026-10-24T21:59Z', 26);
  assert.deepEqual(autumn.slice(1, 5), ['25T01:00', '25T02:00', '25T02:00', '25T03:00']);
  assert.equal(autumn.at(-1), '26T00:00');
});

test('a departure that clocks are set past leaves when they are set', () => {
  const [first] = shown(every('day', 'Africa/Cairo'), '2026-04-23T20:00Z', 1);
  assert.equal(first, '24T01:00');
  const half = shown(every('hour', 'Australia/Lord_Howe'), '2026-10-03T14:00Z', 3);
  assert.deepEqual(half, ['04T01:00', '04T02:30', '04T03:00']);
  assert.deepEqual(shown(cron('30 2 * * *', 'Europe/Berlin'), '2026-03-28T12:00Z', 2), [
    '29T03:00',
    '30T02:30',
  ]);
});

test('a fixed time of a cron expression that is shown twice leaves once', () => {
  assert.deepEqual(shown(cron('30 2 * * *', 'Europe/Berlin'), '2026-10-24T12:00Z', 2), [
    '25T02:30',
    '26T02:30',
  ]);
});

const rhythms = ['1m', '30m', '45m', '90m', 'hour', '5h', '6h', 'day', '36h'];

for (const { timezone, from } of clockWeeks) {
  const minutes = minutesOf(timezone, from, 5);

  test(`rhythms in ${timezone} from ${from} are those of a walk over every minute`, () => {
    for (const rhythm of rhythms) {
      const timetable = every(rhythm, timezone);
      const walked = minutes
        .filter((now, at) => at > 0 && leaves(rhythm, minutes[at - 1], now))
        .map(({ at }) => at);
      const first = new Date(minutes[0]?.at ?? 0);
      const found = nextDepartures(timetable, first, walked.length);
      assert.deepEqual(found.map(Number), walked, rhythm);
    }
  });

  const timetables: [string, Timetable][] = [
    ...rhythms.slice(1).map((rhythm): [string, Timetable] => [rhythm, every(rhythm, timezone)]),
    ...[
      '0 * * * *',
      '*/20 * * * *',
      '30 2 * * *',
      '15 1-3 * * *',
      '0 0 * * *',
      '0 9 * * Mon-Fri',
    ].map((schedule): [string, Timetable] => [schedule, cron(schedule, timezone)]),
  ];

  test(`departures in ${timezone} from ${from} grow, and last and next agree on them`, () => {
    for (const [name, timetable] of timetables) {
      const found = nextDepartures(timetable, new Date(from), 40);
      assert.equal(found.length, 40);
      for (const [at, departure] of found.entries()) {
        const before = found[at - 1] ?? lastDeparture(timetable, new Date(from));
        const said = `${name}: ${before?.toISOString()}, ${departure.toISOString()}`;
        assert.ok(before && before < departure, said);
        assert.deepEqual(lastDeparture(timetable, departure), departure, said);
        assert.deepEqual(lastDeparture(timetable, new Date(departure.getTime() - 1)), before, said);
        assert.deepEqual(nextDepartures(timetable, before, 1), [departure], said);
        const between = new Date((before.getTime() + departure.getTime()) / 2);
        assert.deepEqual(lastDeparture(timetable, between), before, said);
        assert.deepEqual(nextDepartures(timetable, between, 1), [departure], said);
      }
    }
  });
}

/** Whether the clocks show a time of the rhythm now, or have passed over one since the minute before. */
function leaves(rhythm: string, before: Minute | undefined, now: Minute): boolean {
  const everyMinutes = (parseEvery(rhythm) ?? 0) / 60_000;
  const isTime = (shown: number): boolean =>
    (everyMinutes > 1440 ? shown - 4 * 1440 : shown % 1440) % everyMinutes === 0;
  const passed = now.shown - (before?.shown ?? 0) - 1;
  const skipped = Array.from({ length: Math.max(0, passed) }, (_, back) => now.shown - 1 - back);
  return [now.shown, ...skipped].some(isTime);
}
