import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockWeeks, minutesOf, type Minute } from './local-time.test-data.ts';
import { closesAt, isOpen, nextOpening } from './windows.ts';

const workdays = ({ weekday, minute }: Minute): boolean =>
  weekday <= 5 && minute >= 540 && minute < 1020;
const weekend = ({ weekday, minute }: Minute): boolean =>
  minute < 300 ? weekday === 1 || weekday >= 6 : minute >= 1380 && weekday >= 5;

/** Rules, and the same in the words of somebody who looks at a clock. */
const rules: [open: string[], shows: (now: Minute) => boolean][] = [
  [['Mon-Fri 09:00-17:00'], workdays],
  [['Fri-Sun 23:00-05:00'], weekend],
  [['Mon-Fri 09:00-17:00', 'Fri,Sat-Sun 23:00-05:00'], (now) => workdays(now) || weekend(now)],
  [['Sun 02:00-02:30'], ({ weekday, minute }) => weekday === 7 && minute >= 120 && minute < 150],
  [['Fri 00:00-00:45'], ({ weekday, minute }) => weekday === 5 && minute < 45],
  [
    ['Sat-Mon 01:30-24:00'],
    ({ weekday, minute }) => (weekday === 1 || weekday >= 6) && minute >= 90,
  ],
];

for (const { timezone, from } of clockWeeks) {
  test(`windows in ${timezone} from ${from} are those of a walk over every minute`, () => {
    const minutes = minutesOf(timezone, from, 8);
    for (const [open, shows] of rules) {
      const windows = { open, timezone };
      const states = minutes.map((now) => shows(now));
      const wrong = minutes.filter(({ at }, nth) => isOpen(windows, new Date(at)) !== states[nth]);
      assert.deepEqual(wrong, [], open.join());
      // From each side of every turn, and from the middle of what lies between.
      const turns = states.flatMap((state, index) => (state === states[index - 1] ? [] : [index]));
      for (const [nth, turn] of turns.slice(0, -1).entries()) {
        const next = turns[nth + 1] ?? turn;
        const [now, end] = [minutes[turn]?.at ?? 0, new Date(minutes[next]?.at ?? 0)];
        for (const at of [now, Math.floor((now + end.getTime()) / 2), end.getTime() - 1]) {
          const [opening, closing] = states[turn] ? [new Date(at), end] : [end, new Date(at)];
          const said = `${open.join()} ${new Date(at).toJSON()}`;
          assert.deepEqual(nextOpening(windows, new Date(at)), opening, said);
          assert.deepEqual(closesAt(windows, new Date(at)), closing, said);
        }
      }
    }
  });
}

test('without windows it is always open', () => {
  const now = new Date();
  assert.equal(isOpen(null, now), true);
  assert.deepEqual(nextOpening(null, now), now);
  assert.equal(closesAt(null, now), null);
});

test('windows that cover the week never close', () => {
  const now = new Date('2026-11-21T13:00Z');
  const windows = { open: ['Mon-Sat 00:00-24:00', 'Sun 00:00-24:00'], timezone: 'Europe/Berlin' };
  assert.equal(isOpen(windows, now), true);
  assert.equal(closesAt(windows, now), null);
});

test('a window that clocks are set past opens a week later', () => {
  const windows = { open: ['Sun 02:00-03:00'], timezone: 'Europe/Berlin' };
  const opening = nextOpening(windows, new Date('2026-03-25T12:00Z'));
  assert.deepEqual(opening, new Date('2026-04-05T00:00Z'));
});
