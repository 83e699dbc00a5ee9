import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockWeeks, minutesOf } from './local-time.test-data.ts';
import { clockChanges, shownByClocks, shownInstant, whenClocksShow } from './local-time.ts';

const minuteMs = 60_000;

for (const { timezone, from } of clockWeeks) {
  test(`clocks in ${timezone} from ${from} show what Temporal says, and are set when it says`, () => {
    const minutes = minutesOf(timezone, from, 5);
    const wrong = minutes.filter(
      ({ at, shown }) => shownByClocks(timezone, at) !== shown * minuteMs,
    );
    assert.deepEqual(wrong, []);
    const set = minutes.filter(
      ({ shown }, nth) => nth > 0 && shown !== (minutes[nth - 1]?.shown ?? 0) + 1,
    );
    const [after, until] = [minutes[0]?.at ?? 0, minutes.at(-1)?.at ?? 0];
    const changes = clockChanges(timezone, { after, until });
    assert.deepEqual(
      changes,
      set.map(({ at }) => at),
    );
    for (const change of changes) {
      assert.deepEqual(clockChanges(timezone, { after: change, until }), []);
      assert.deepEqual(clockChanges(timezone, { after, until: change }), [change]);
    }
  });

  test(`a time in ${timezone} from ${from} is the first minute that shows it or a later one`, () => {
    const minutes = minutesOf(timezone, from, 5);
    const first = minutes[0]?.shown ?? 0;
    for (let shown = first; shown < first + 4 * 1440; shown += 5) {
      const expected = minutes.find((minute) => minute.shown >= shown)?.at;
      assert.equal(whenClocksShow(timezone, shown * minuteMs), expected);
    }
  });
}

test('the changes of a year are found in order', () => {
  const year = { after: Date.parse('2026-01-01'), until: Date.parse('2027-01-01') };
  const changes = clockChanges('Europe/Berlin', year).map((at) => new Date(at).toISOString());
  assert.deepEqual(changes, ['2026-03-29T01:00:00.000Z', '2026-10-25T01:00:00.000Z']);
});

test('an instant is shown with its weekday and zone', () => {
  const at = new Date('2026-12-24T17:00:59Z');
  assert.equal(shownInstant(at, 'Europe/Berlin'), 'Thu 2026-12-24 18:00 Europe/Berlin');
  assert.equal(shownInstant(at, 'Asia/Kolkata'), 'Thu 2026-12-24 22:30 Asia/Kolkata');
  assert.equal(shownInstant(new Date('2026-11-22T23:59Z'), 'UTC'), 'Sun 2026-11-22 23:59 UTC');
});
